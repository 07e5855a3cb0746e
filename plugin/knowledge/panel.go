package knowledge

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"strings"

	"github.com/elizad/elizad/plugin"
)

//go:embed panel.html
var page string

var panel = template.Must(template.New("panel").Parse(page))

// shown is what the page shows. It works without scripts: its links and its
// form ask for the page again.
type shown struct {
	Keep      map[string]string // what a signed address needs
	Agent     string
	Documents []document
	Total     int
	Document  *document
	Chunks    []piece
	Asked     string
	Results   []piece
	Trouble   string
}

const panelDocuments = 100

func (k *knowledge) panel(ctx context.Context, r *plugin.Request) (*plugin.Answer, error) {
	s := shown{Agent: r.AgentID, Asked: strings.TrimSpace(r.Query.Get("q")), Keep: map[string]string{}}
	for _, name := range []string{"agentId", "expires", "signature"} {
		if v := r.Query.Get(name); v != "" {
			s.Keep[name] = v
		}
	}
	found, total, err := k.host.Memories().List(ctx, r.AgentID, documents, 0, panelDocuments)
	if err != nil {
		return nil, err
	}
	s.Total = total
	for i := range found {
		s.Documents = append(s.Documents, view(&found[i]))
	}
	if id := r.Query.Get("document"); id != "" {
		m, pieces, err := k.find(ctx, r, id)
		if err != nil {
			s.Trouble = "There is no such document."
		} else {
			d := view(&m)
			s.Document, s.Chunks = &d, pieces
		}
	}
	if s.Asked != "" && len(s.Asked) <= 4000 {
		if s.Results, err = k.best(ctx, r.AgentID, s.Asked, 10); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := panel.Execute(&b, s); err != nil {
		return nil, err
	}
	return plugin.Page(b.String()), nil
}
