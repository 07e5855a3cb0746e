package server

import (
	"context"
	"path/filepath"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/plugin/knowledge"
)

// noteDocuments notes which files a character is to know that the operator has
// given in a file. Those of a character that came over the API are never read.
func (s *Server) noteDocuments(file string, c *eliza.Character) {
	source := knowledge.Source{AgentID: eliza.NewAgent(*c).ID.String(), Kind: knowledge.FromCharacter, Folder: filepath.Dir(file), Except: s.charactersIn(filepath.Dir(file))}
	for _, k := range c.Knowledge {
		if k.Path != "" {
			source.Entries = append(source.Entries, knowledge.Entry{Path: k.Path, Shared: k.Shared})
		}
		if k.Directory != "" {
			source.Entries = append(source.Entries, knowledge.Entry{Path: k.Directory, Directory: true, Shared: k.Shared})
		}
	}
	s.documents = append(s.documents, source)
}

// documentSources are what the knowledge plugin reads at start: the files of
// characters, and for every agent the folder of the settings.
func (s *Server) documentSources(ctx context.Context) ([]knowledge.Source, error) {
	all := s.documents
	if !s.cfg.LoadDocs {
		return all, nil
	}
	if s.cfg.KnowledgePath == "" {
		s.log.Warn("no documents are loaded: LOAD_DOCS_ON_STARTUP is on, but KNOWLEDGE_PATH names no folder")
		return all, nil
	}
	agents, err := s.agents.List(ctx)
	except := s.charactersIn(s.cfg.KnowledgePath)
	for i := range agents {
		all = append(all, knowledge.Source{
			AgentID: agents[i].ID.String(), Kind: knowledge.FromFolder, Folder: s.cfg.KnowledgePath,
			Entries: []knowledge.Entry{{Path: ".", Directory: true, Shared: true}}, Except: except,
		})
	}
	return all, err
}

// charactersIn names the files of characters relative to a folder: they hold
// secrets, which no agent is to tell.
func (s *Server) charactersIn(folder string) (names []string) {
	from, err := filepath.Abs(folder)
	if err != nil {
		return nil
	}
	for _, file := range s.cfg.Characters {
		if at, err := filepath.Abs(file); err == nil {
			if name, err := filepath.Rel(from, at); err == nil {
				names = append(names, filepath.ToSlash(name))
			}
		}
	}
	return names
}
