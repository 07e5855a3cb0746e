// Command notices prints NOTICES.md: every library that goes into the elizad
// binary, its version, and its licence. It runs in the module's root, with
// the modules downloaded.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// library is a Go module or an npm package.
type library struct {
	Name, Version, Licence string
	Texts                  []string
}

func write(w io.Writer) error {
	modules, err := goModules()
	if err != nil {
		return err
	}
	packages, err := npmPackages("models/package-lock.json")
	if err != nil {
		return err
	}
	standard, err := standardLibrary()
	if err != nil {
		return err
	}
	all := append(append(modules, packages...), standard)
	slices.SortFunc(all, func(a, b library) int { return cmp.Compare(a.Name, b.Name) })
	fmt.Fprint(w, "# Notices\n\nMade by `make docs`. elizad is licensed under the MIT licence (LICENSE). Its binary holds these libraries:\n\n")
	fmt.Fprint(w, "| library | version | licence |\n| --- | --- | --- |\n")
	for _, l := range all {
		fmt.Fprintf(w, "| %s | %s | %s |\n", l.Name, l.Version, l.Licence)
	}
	printTexts(w, all)
	return nil
}

// printTexts prints each licence once, under the names of those that use it.
func printTexts(w io.Writer, all []library) {
	users := map[string][]string{}
	var texts []string
	for _, l := range all {
		for _, text := range l.Texts {
			words := strings.Join(strings.Fields(text), " ")
			if users[words] == nil {
				texts = append(texts, text)
			}
			users[words] = append(users[words], l.Name)
		}
	}
	for _, text := range texts {
		words := strings.Join(strings.Fields(text), " ")
		fmt.Fprintf(w, "\n## %s\n\n~~~~text\n%s\n~~~~\n", strings.Join(slices.Compact(users[words]), ", "), text)
	}
}

// goModules lists the modules that the binary is made of, on the platform
// that most servers run.
func goModules() ([]library, error) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "./cmd/elizad")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the modules: %w", err)
	}
	seen := map[string]bool{}
	var all []library
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || seen[fields[0]] {
			continue
		}
		seen[fields[0]] = true
		texts, err := licences(fields[2])
		if err != nil {
			return nil, err
		}
		if len(texts) == 0 {
			return nil, fmt.Errorf("%s has no licence file", fields[0])
		}
		all = append(all, library{fields[0], fields[1], kind(texts[0]), texts})
	}
	return all, nil
}

// standardLibrary is Go's own, in the version that go.mod asks for.
func standardLibrary() (library, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return library{}, fmt.Errorf("find Go: %w", err)
	}
	version, err := exec.Command("go", "list", "-m", "-f", "{{.GoVersion}}").Output()
	if err != nil {
		return library{}, fmt.Errorf("find the version of Go: %w", err)
	}
	texts, err := licences(strings.TrimSpace(string(root)))
	if err != nil || len(texts) == 0 {
		return library{}, fmt.Errorf("read the licence of Go: %w", err)
	}
	return library{"Go's standard library", strings.TrimSpace(string(version)), kind(texts[0]), texts}, nil
}

// licences reads the licence and notice files of a module.
func licences(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(name, "LICENSE") && !strings.HasPrefix(name, "LICENCE") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "NOTICE") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
		texts = append(texts, string(bytes.TrimSpace(b)))
	}
	return texts, nil
}

// kind tells a licence by its words.
func kind(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	switch {
	case strings.Contains(words, "Apache License") && strings.Contains(words, "Version 2.0"):
		return "Apache-2.0"
	case strings.Contains(words, "Mozilla Public License"):
		return "MPL-2.0"
	case strings.Contains(words, "Permission is hereby granted, free of charge"):
		return "MIT"
	case strings.Contains(words, "Permission to use, copy, modify, and/or distribute"), strings.Contains(words, "Permission to use, copy, modify, and distribute"):
		return "ISC"
	case strings.Contains(words, "Neither the name"), strings.Contains(words, "nor the names of"):
		return "BSD-3-Clause"
	case strings.Contains(words, "Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	}
	return "see below"
}

// npmPackages lists what a lock file installs.
func npmPackages(lockFile string) ([]library, error) {
	b, err := os.ReadFile(lockFile)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version, License string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", lockFile, err)
	}
	var all []library
	for path, p := range lock.Packages {
		if name, ok := strings.CutPrefix(path, "node_modules/"); ok {
			all = append(all, library{Name: name + " (npm)", Version: p.Version, Licence: p.License})
		}
	}
	return all, nil
}
