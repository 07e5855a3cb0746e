package dotenv

import (
	"regexp"
	"strings"
)

// statement is a part of a file: what gives one variable its value, which may
// span lines, or a line that gives none.
type statement struct {
	name string // empty for a comment, an empty line, anything else
	text string // with its line end
}

var assignment = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]\s*`)

// statements cuts a file; its parts put together are the file.
func statements(text string) []statement {
	var list []statement
	for text != "" {
		end := lineEnd(text)
		s := statement{}
		if m := assignment.FindStringSubmatchIndex(text[:end]); m != nil {
			s.name = text[m[2]:m[3]]
			if m[1] < end && strings.IndexByte(`"'`, text[m[1]]) >= 0 {
				if closing := closingQuote(text, m[1]); closing > 0 {
					end = closing + lineEnd(text[closing:])
				}
			}
		}
		s.text, text = text[:end], text[end:]
		list = append(list, s)
	}
	return list
}

func lineEnd(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// closingQuote finds the end of what is quoted from open on, 0 if there is none.
func closingQuote(text string, open int) int {
	for i := open + 1; i < len(text); i++ {
		if text[i] == text[open] && text[i-1] != '\\' {
			return i
		}
	}
	return 0
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,=-]*$`)

// line writes a variable so that a shell and every reader of such files
// understand it: bare where it can be, in single quotes where nothing in it is
// one, else in double quotes.
func line(name, value string) string {
	switch {
	case bare.MatchString(value):
		return name + "=" + value + "\n"
	case !strings.ContainsAny(value, "'\n\r\\"):
		return name + "='" + value + "'\n"
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "$", `\$`, "`", "\\`").Replace(value)
	return name + `="` + quoted + "\"\n"
}
