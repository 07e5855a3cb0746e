package eliza

import "time"

// Millis is a moment in milliseconds since 1970, UTC: the unit that ElizaOS
// stores and sends.
type Millis int64

// Now returns the present moment.
func Now() Millis { return Millis(time.Now().UnixMilli()) }

// Time converts to the standard library's type.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// ISO writes the moment as JavaScript's Date.toISOString does, with exactly
// three digits of a second.
func (m Millis) ISO() string { return m.Time().Format("2006-01-02T15:04:05.000Z") }
