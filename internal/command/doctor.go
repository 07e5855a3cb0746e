package command

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/server"
)

// doctor prints a line for each thing that a server needs.
func (p *Program) doctor(ctx context.Context, cfg config.Config) int {
	return p.report(server.Diagnose(ctx, cfg))
}

func (p *Program) report(findings []server.Finding) int {
	code := ExitOK
	for _, f := range findings {
		fmt.Fprintf(p.Stdout, "%-4s  %-15s  %s\n", f.State, f.Subject, f.Says)
		if f.Do != "" {
			fmt.Fprintf(p.Stdout, "      %-15s  -> %s\n", "", f.Do)
		}
		if f.State == server.Failure {
			code = ExitError
		}
	}
	return code
}

// models prints who serves what, and why.
func (p *Program) models(ctx context.Context, cfg config.Config) int {
	if err := cfg.Check(); err != nil {
		return p.usage(err)
	}
	table := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CAPABILITY\tPROVIDER\tMODEL\tWHY")
	for _, c := range server.Models(ctx, cfg) {
		provider, name := c.Provider, c.Model
		if provider == "" {
			provider = "nobody"
		} else if name == "" {
			name = firstListed
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.Capability, provider, name, c.Why)
	}
	if err := table.Flush(); err != nil {
		return p.fail(err)
	}
	return ExitOK
}
