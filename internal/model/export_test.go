package model

import "time"

// Hasten makes the pauses between tries short, for tests that have many.
func (r *Router) Hasten() { r.pause = time.Millisecond }
