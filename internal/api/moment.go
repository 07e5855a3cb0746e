package api

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
)

// Moment is a time in a query; 0 when absent.
type Moment struct{ at eliza.Millis }

// UnmarshalText reads milliseconds since 1970, RFC 3339, or what a JavaScript
// Date becomes as text, which is what @elizaos/api-client sends for one.
func (m *Moment) UnmarshalText(b []byte) error {
	s := string(b)
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms >= 0 {
		m.at = eliza.Millis(ms)
		return nil
	}
	zoned, _, _ := strings.Cut(s, " (") // the zone's name, in the client's language
	for _, layout := range []string{time.RFC3339, "Mon Jan 02 2006 15:04:05 GMT-0700"} {
		if at, err := time.Parse(layout, zoned); err == nil && at.UnixMilli() >= 0 {
			m.at = eliza.Millis(at.UnixMilli())
			return nil
		}
	}
	return errors.New("not a time: milliseconds since 1970 or RFC 3339 are expected")
}

// Schema implements huma.SchemaProvider.
func (Moment) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: "Milliseconds since 1970, or RFC 3339", Examples: []any{"1705315800000", "2024-01-15T10:30:00Z"}}
	s.PrecomputeMessages()
	return s
}
