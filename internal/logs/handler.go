package logs

import (
	"context"
	"log/slog"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// maxText bounds a kept line, in bytes.
const maxText = 8 << 10

// Handler writes to next and keeps what next writes. The ring's mask is applied
// to the message and to each attribute, as slog.HandlerOptions.ReplaceAttr is.
func (r *Ring) Handler(next slog.Handler) slog.Handler {
	return &handler{ring: r, next: next}
}

type handler struct {
	ring *Ring
	next slog.Handler

	groups []string
	kept   Line // what With gave: attributes in Text, the agent
}

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.next = h.next.WithAttrs(attrs)
	for _, a := range attrs {
		with.attr(&with.kept, h.groups, a)
	}
	return &with
}

func (h *handler) WithGroup(name string) slog.Handler {
	with := *h
	with.next = h.next.WithGroup(name)
	if name != "" {
		with.groups = append(h.groups[:len(h.groups):len(h.groups)], name)
	}
	return &with
}

// Handle keeps the line, and then writes it.
func (h *handler) Handle(ctx context.Context, record slog.Record) error {
	line := h.kept
	line.At = eliza.Millis(record.Time.UnixMilli())
	line.Level = number(record.Level)
	attributes := line.Text
	line.Text = ""
	record.Attrs(func(a slog.Attr) bool {
		h.attr(&line, h.groups, a)
		return true
	})
	line.Text = cut(h.message(record.Message) + attributes + line.Text)
	h.ring.Add(line)
	return h.next.Handle(ctx, record)
}

func (h *handler) message(text string) string {
	return h.ring.mask(nil, slog.String(slog.MessageKey, text)).Value.String()
}

// attr adds an attribute to a line: " name=value" to its text, or its agent.
func (h *handler) attr(l *Line, groups []string, a slog.Attr) {
	a.Value = a.Value.Resolve()
	if a.Value.Kind() == slog.KindGroup {
		if a.Key != "" {
			groups = append(groups[:len(groups):len(groups)], a.Key)
		}
		for _, inner := range a.Value.Group() {
			h.attr(l, groups, inner)
		}
		return
	}
	a = h.ring.mask(groups, a)
	if a.Key == "" {
		return
	}
	value := a.Value.String()
	if len(groups) == 0 && l.about(a.Key, value) {
		return
	}
	l.Text += " " + strings.Join(append(groups[:len(groups):len(groups)], a.Key), ".") + "=" + value
}

// about takes up who a line is about.
func (l *Line) about(key, value string) bool {
	switch key {
	case "agent", "agentId", "agentName":
		if id, err := eliza.ParseID(value); err == nil {
			l.AgentID = id
		} else {
			l.Agent = value
		}
		return true
	}
	return false
}

func cut(text string) string {
	if len(text) > maxText {
		return strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return text
}
