package command

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/server"
)

// keyCommands make and end keys that may less than the token of the settings.
type keyCommands struct {
	Create keyCreate `cmd:"" help:"Make a key and print it; it is not shown again."`
	List   settings  `cmd:"" help:"List the keys, without their texts."`
	Revoke keyRevoke `cmd:"" help:"End a key at once."`
}

type keyCreate struct {
	config.Config
	Title     string        `arg:"" name:"name" help:"What the key is for."`
	Access    string        `enum:"read,write,admin" default:"read" help:"What it may: read, write or admin; each includes the one before it."`
	Agent     string        `placeholder:"ID" help:"The only agent that it is good for, with the channels it takes part in."`
	ExpiresIn time.Duration `placeholder:"DURATION" help:"How long it is good, as 720h; for ever when absent."`
}

type keyRevoke struct {
	config.Config
	ID string `arg:"" help:"The key's id, as the list shows it."`
}

// withKeys opens the keys for one command.
func (p *Program) withKeys(ctx context.Context, cfg config.Config, do func(*access.Service) error) int {
	keys, done, err := server.Keys(ctx, cfg)
	if err == nil {
		if err = do(keys); err == nil {
			err = done()
		} else {
			_ = done() // the first failure says more
		}
	}
	if err != nil {
		return p.fail(err)
	}
	return ExitOK
}

func (p *Program) createKey(ctx context.Context, c *keyCreate) int {
	w := access.Wish{Name: c.Title, Right: eliza.Right(c.Access)}
	if c.Agent != "" {
		id, err := eliza.ParseID(c.Agent)
		if err != nil {
			return p.usage(fmt.Errorf("--agent: %s", eliza.ErrorMessage(err)))
		}
		w.Agent = id
	}
	if c.ExpiresIn != 0 {
		w.Expires = eliza.Millis(time.Now().Add(c.ExpiresIn).UnixMilli())
	}
	return p.withKeys(ctx, c.Config, func(keys *access.Service) error {
		if keys.Open(ctx) && w.Right != eliza.RightAdmin {
			fmt.Fprintln(p.Stderr, "elizad: from this first key on the server answers nobody without one; make one with --access admin too, or set ELIZA_SERVER_AUTH_TOKEN")
		}
		_, text, err := keys.Create(ctx, w)
		if err == nil {
			fmt.Fprintln(p.Stdout, text)
		}
		return err
	})
}

func (p *Program) listKeys(ctx context.Context, cfg config.Config) int {
	return p.withKeys(ctx, cfg, func(keys *access.Service) error {
		list, err := keys.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tACCESS\tAGENT\tEXPIRES\tLAST USED")
		for _, k := range list {
			agent := "all"
			if k.AgentID != eliza.NoID {
				agent = k.AgentID.String()
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Right, agent, day(k.ExpiresAt), day(k.LastUsedAt))
		}
		return table.Flush()
	})
}

func day(at eliza.Millis) string {
	if at == 0 {
		return "never"
	}
	return time.UnixMilli(int64(at)).UTC().Format(time.DateTime)
}

func (p *Program) revokeKey(ctx context.Context, c *keyRevoke) int {
	id, err := eliza.ParseID(c.ID)
	if err != nil {
		return p.usage(fmt.Errorf("ID: %s", eliza.ErrorMessage(err)))
	}
	return p.withKeys(ctx, c.Config, func(keys *access.Service) error { return keys.Revoke(ctx, id) })
}
