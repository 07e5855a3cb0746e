// Package command is the command line of elizad.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"github.com/elizad/elizad/internal/attachment"
	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/server"
	"github.com/elizad/elizad/plugin"
)

// The exit codes of elizad.
const (
	ExitOK    = 0 // clean stop
	ExitError = 1 // something failed while running, or a second signal came
	ExitUsage = 2 // the command line or a setting is wrong
)

// Program is elizad as a value, so that a test can start all of it.
type Program struct {
	Version string
	Dir     string    // working directory, where .env is looked for; empty for the process's own
	Environ []string  // as of os.Environ
	Stdin   io.Reader // of pdf-text
	Stdout  io.Writer
	Stderr  io.Writer
	Plugins []plugin.Plugin // beside the server's own
}

// commands is the command line. Every command that reads settings has them
// all as flags.
type commands struct {
	Start   settings    `cmd:"" default:"withargs" help:"Serve until SIGTERM or SIGINT (what elizad does when no command is named)."`
	Doctor  settings    `cmd:"" help:"Check settings, data folder, database, models and port, and say what to do."`
	Models  settings    `cmd:"" help:"Tell which model serves what, and why."`
	Keys    keyCommands `cmd:"" help:"Make, list and revoke keys that may less than ELIZA_SERVER_AUTH_TOKEN."`
	Version struct{}    `cmd:"" help:"Print the version."`
	PDFText struct{}    `cmd:"" name:"pdf-text" hidden:"" help:"Write the text of a PDF that comes on standard input."`
}

type settings struct {
	config.Config
}

// Run executes a command line and returns the exit code. It ends when ctx
// does, after running turns have ended.
func (p *Program) Run(ctx context.Context, args []string) int {
	variables, err := config.Environment(p.Dir, p.Environ)
	if err != nil {
		return p.usage(err)
	}
	var line commands
	helped := false
	parser, err := kong.New(&line, append(config.Options(variables),
		kong.Name("elizad"), kong.Description("An agent server that speaks the ElizaOS REST and Socket.IO API."),
		kong.Writers(p.Stdout, p.Stderr), kong.Exit(func(int) { helped = true }),
	)...)
	if err != nil {
		return p.fail(err)
	}
	parsed, err := parser.Parse(args)
	if helped {
		return ExitOK
	}
	if err == nil {
		err = config.Secrets(parsed)
	}
	if err != nil {
		var setting *config.SettingError
		if errors.As(err, &setting) && asked(err, "doctor") {
			return p.report([]server.Finding{server.BadSetting(setting)})
		}
		return p.usage(err)
	}
	return p.command(ctx, parsed.Selected().Name, &line)
}

func (p *Program) command(ctx context.Context, name string, line *commands) int {
	switch name {
	case "doctor":
		return p.doctor(ctx, line.Doctor.Config)
	case "models":
		return p.models(ctx, line.Models.Config)
	case "create":
		return p.createKey(ctx, &line.Keys.Create)
	case "list":
		return p.listKeys(ctx, line.Keys.List.Config)
	case "revoke":
		return p.revokeKey(ctx, &line.Keys.Revoke)
	case server.PDFCommand:
		return p.pdfText()
	case "version":
		fmt.Fprintln(p.Stdout, "elizad", p.Version)
		return ExitOK
	}
	return p.start(ctx, line.Start.Config)
}

// asked reports whether a command line that was refused named a command.
func asked(err error, command string) bool {
	var refused *kong.ParseError
	return errors.As(err, &refused) && refused.Context != nil && refused.Context.Selected() != nil && refused.Context.Selected().Name == command
}

// reason is what a person is told of a refused command line.
func reason(err error) string {
	var setting *config.SettingError
	if errors.As(err, &setting) {
		return setting.Error()
	}
	return err.Error()
}

func (p *Program) usage(err error) int {
	fmt.Fprintf(p.Stderr, "elizad: %s\n", reason(err))
	return ExitUsage
}

func (p *Program) fail(err error) int {
	fmt.Fprintf(p.Stderr, "elizad: %s\n", err)
	return ExitError
}

func (p *Program) pdfText() int {
	data, err := io.ReadAll(p.Stdin)
	if err != nil {
		return p.fail(err)
	}
	text, err := attachment.PDFText(data)
	if err != nil {
		return p.fail(err)
	}
	fmt.Fprint(p.Stdout, text)
	return ExitOK
}
