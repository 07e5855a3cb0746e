package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Document writes docs/CONFIG.md.
func Document() (string, error) {
	var c Config
	k, err := kong.New(&c, append(Options(nil), kong.Exit(func(int) {}))...)
	if err != nil {
		return "", fmt.Errorf("read the declarations: %w", err)
	}
	var b strings.Builder
	b.WriteString(opening)
	group := ""
	for _, f := range k.Model.Flags {
		if f.Name == "help" {
			continue
		}
		if f.Group != nil && f.Group.Title != group {
			group = f.Group.Title
			fmt.Fprintf(&b, "\n## %s\n\n| variable | flag | default | meaning |\n| --- | --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", names(f), flag(f), code(f.Default), meaning(f))
	}
	return b.String(), nil
}

const opening = `# Settings

Made by ` + "`make docs`" + ` from internal/config; edit it there.

Each setting is a variable of the environment and a flag of ` + "`elizad start`" + `. A flag wins over the environment, the environment over the file ` + "`.env`" + ` in the working directory, and that over the default. An empty variable counts as not set. A value that is not allowed ends the program with exit code 2 and a line that names it. Secrets are read from the environment and from ` + "`.env`" + ` only, and are never printed.
`

func names(f *kong.Flag) string {
	all := variables(f.Value)
	text := code(all[0])
	if len(all) > 1 {
		text += " (also " + code(strings.Join(all[1:], ", ")) + ")"
	}
	return text
}

func flag(f *kong.Flag) string {
	if f.Tag.Has("secret") {
		return "none: secret"
	}
	return code("--" + f.Name)
}

func meaning(f *kong.Flag) string {
	text := f.Help
	if values := f.Tag.Get("allowed"); values != "" || f.Enum != "" {
		text += " Values: " + allowed(f) + "."
	}
	return strings.ReplaceAll(text, "|", "\\|")
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// allowed says in words which values a flag takes.
func allowed(f *kong.Flag) string {
	switch {
	case f.Tag.Has("allowed"):
		return f.Tag.Get("allowed")
	case f.Enum != "":
		return strings.Join(f.EnumSlice(), ", ")
	}
	switch f.Target.Interface().(type) {
	case time.Duration:
		return "a time such as 500ms, 30s or 2m"
	case int:
		return "a number"
	}
	return "a text"
}

// describe is a flag's line in --help.
func describe(v *kong.Value) string {
	if names := variables(v); len(names) > 0 {
		return fmt.Sprintf("%s ($%s)", v.Help, names[0])
	}
	return v.Help
}
