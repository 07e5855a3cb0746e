package store

import (
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

// clean returns s as both databases can keep it: without NUL, and with U+FFFD
// in the place of bytes that are not UTF-8.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// cleanJSON is clean for encoded JSON, where a NUL is written as an escape.
func cleanJSON(s string) string {
	s = clean(s)
	if !strings.Contains(s, `\u0000`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], `\u0000`):
			i += len(`\u0000`) - 1
		case s[i] == '\\' && i+1 < len(s):
			b.WriteString(s[i : i+2])
			i++
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// quote appends s as an SQL literal.
func quote(b []byte, s string) []byte {
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(s, "'", "''")...)
	return append(b, '\'')
}

// The two dialects of bun differ from its own in how a text becomes a literal:
// cleaned, and JSON exactly as it was encoded (bun rewrites the escape of a
// NUL, and with it a text that merely looks like one).
type (
	sqliteWords   struct{ *sqlitedialect.Dialect }
	postgresWords struct{ *pgdialect.Dialect }
)

var (
	_ schema.Dialect = sqliteWords{}
	_ schema.Dialect = postgresWords{}
)

func (sqliteWords) AppendString(b []byte, s string) []byte   { return quote(b, clean(s)) }
func (postgresWords) AppendString(b []byte, s string) []byte { return quote(b, clean(s)) }

func (sqliteWords) AppendJSON(b, json []byte) []byte   { return quote(b, cleanJSON(string(json))) }
func (postgresWords) AppendJSON(b, json []byte) []byte { return quote(b, cleanJSON(string(json))) }
