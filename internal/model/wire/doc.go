// Package wire is what every provider over HTTP shares: one client with its
// connections, an exchange that notices a silent or endless answer, errors as
// [model.CallError] without keys in them, and the reading of answers as real
// servers send them.
//
// An answer is read by [Peer.ReadAnswer] for what it is, and put together by a
// [Composer]: it takes the reasoning, the tool calls and the special tokens
// that a server leaves in the text out of it while it streams. [Habits]
// remembers which models end a thought that they did not begin, and
// [Concessions] what a server refuses to take.
package wire
