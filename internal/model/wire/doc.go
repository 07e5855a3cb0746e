// Package wire is what every provider over HTTP shares: one client with its
// connections, an exchange that notices a silent or endless answer, errors as
// [model.CallError] without keys in them, and readers for the two kinds of
// stream, server-sent events and JSON lines.
package wire
