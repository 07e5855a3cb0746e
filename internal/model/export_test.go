package model

import "time"

// Hasten makes the pauses between tries short, for tests that have many.
func (r *Router) Hasten() { r.pause = time.Millisecond }

// Clock sets the time by which what was learned is forgotten.
func (r *Router) Clock(now func() time.Time) { r.learned.now = now }
