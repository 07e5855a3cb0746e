package main

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed corpus/*.http
var corpusFiles embed.FS

// A step is one request of the corpus. Texts may hold variables: $name is what
// an earlier answer gave.
type step struct {
	file    string
	line    int
	method  string
	path    string
	headers [][2]string
	kind    string // content type of the body; empty: no body
	body    string
	status  int                 // that elizad answers
	save    map[string][]string // variable: places in the answer, the first that is there
}

func (s *step) name() string {
	return fmt.Sprintf("%s:%d", strings.TrimSuffix(s.file, ".http"), s.line)
}

// corpus reads all steps, file by file in the order of their names.
func corpus() ([]step, error) {
	entries, err := corpusFiles.ReadDir("corpus")
	if err != nil {
		return nil, err
	}
	var all []step
	for _, e := range entries {
		data, err := corpusFiles.ReadFile(path.Join("corpus", e.Name()))
		if err != nil {
			return nil, err
		}
		steps, err := parseSteps(e.Name(), data)
		if err != nil {
			return nil, err
		}
		all = append(all, steps...)
	}
	return all, nil
}

// parseSteps reads lines of the form
//
//	METHOD /path [+Header:value ...] [body] => status [$name=place|place ...]
//
// A body is JSON, or raw(content/type) and text, or file(name.ext) and text for
// a form with one file. Lines that begin with # and empty ones say nothing.
func parseSteps(file string, data []byte) ([]step, error) {
	var list []step
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s, err := parseStep(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		s.file, s.line = file, n
		list = append(list, s)
	}
	return list, lines.Err()
}

func parseStep(line string) (step, error) {
	at := strings.LastIndex(line, " => ")
	if at < 0 {
		return step{}, fmt.Errorf("no => in %q", line)
	}
	request, answer := line[:at], strings.Fields(line[at+4:])
	var s step
	var ok bool
	if s.method, request, ok = strings.Cut(request, " "); !ok || len(answer) == 0 {
		return step{}, fmt.Errorf("no path or no status in %q", line)
	}
	s.path, request, _ = strings.Cut(request, " ")
	for strings.HasPrefix(request, "+") {
		var header string
		header, request, _ = strings.Cut(request[1:], " ")
		name, value, _ := strings.Cut(header, ":")
		s.headers = append(s.headers, [2]string{name, value})
	}
	s.body = request
	switch {
	case request == "":
	case strings.HasPrefix(request, "raw("), strings.HasPrefix(request, "file("):
		kind, body, there := strings.Cut(request[strings.Index(request, "(")+1:], ")")
		if !there {
			return step{}, fmt.Errorf("no ) in %q", line)
		}
		s.kind, s.body = kind, strings.TrimPrefix(body, " ")
		if strings.HasPrefix(request, "file(") {
			s.kind, s.body = "multipart/form-data; boundary=border", form(kind, s.body)
		}
	default:
		s.kind = "application/json"
	}
	var err error
	if s.status, err = strconv.Atoi(answer[0]); err != nil {
		return step{}, fmt.Errorf("status %q", answer[0])
	}
	s.save = map[string][]string{}
	for _, save := range answer[1:] {
		name, places, there := strings.Cut(save, "=")
		if !there || !strings.HasPrefix(name, "$") {
			return step{}, fmt.Errorf("%q is not $name=place", save)
		}
		s.save[name] = strings.Split(places, "|")
	}
	return s, nil
}

// form is a form with one file. Its field's name may be given before the
// file's, parted by a colon.
func form(name, content string) string {
	field, file, there := strings.Cut(name, ":")
	if !there {
		field, file = "file", name
	}
	return "--border\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + file + "\"\r\nContent-Type: " + typeOf(file) + "\r\n\r\n" + content + "\r\n--border--\r\n"
}

func typeOf(file string) string {
	for ext, kind := range map[string]string{".png": "image/png", ".txt": "text/plain", ".wav": "audio/wav", ".md": "text/markdown"} {
		if strings.HasSuffix(file, ext) {
			return kind
		}
	}
	return "application/octet-stream"
}

// fill puts in what variables stand for, the longest names first.
func fill(text string, variables map[string]string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	names := make([]string, 0, len(variables))
	for name := range variables {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		text = strings.ReplaceAll(text, name, variables[name])
	}
	return text
}

// at finds what stands at a place such as data.agents.0.id.
func at(value any, place string) (string, bool) {
	for part := range strings.SplitSeq(place, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(v) {
				return "", false
			}
			value = v[i]
		default:
			return "", false
		}
	}
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
