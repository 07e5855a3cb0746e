package model

import (
	"errors"
	"fmt"
	"time"
)

// ErrUnusable is within the error of a call that was answered with something
// that cannot be used, such as a vector without length: another input may do.
var ErrUnusable = errors.New("the answer cannot be used")

// FailureKind tells apart the failures that a caller can do something about.
type FailureKind string

// The kinds of failure. Any other failure has the empty kind.
const (
	ContextTooLong FailureKind = "context_too_long" // the request has more tokens than the model reads
	NoToolSupport  FailureKind = "no_tool_support"  // the model or its server takes no tools
	BadToolSchema  FailureKind = "bad_tool_schema"  // the server refuses the schema of a tool
	ContentFilter  FailureKind = "content_filter"   // the provider held the answer back
)

// CallError is a model call that failed at the provider's side.
type CallError struct {
	Provider   string        // "openai", "anthropic" ...
	Kind       FailureKind   // "" for all that has no kind of its own
	Status     int           // HTTP status; 0 when there was no answer or it broke off
	Message    string        // the provider's words, with keys removed, for the log and the delivery
	RetryAfter time.Duration // what the provider asked for; 0 when it did not
	Temporary  bool          // true when the same call may succeed later: 408, 409, 429, 5xx, a broken connection
	Partial    string        // the text that was handed on before the stream broke off; "" when none was
	Err        error

	// ContextLimit is how many tokens the model reads, when an error of the
	// kind ContextTooLong tells it; else 0.
	ContextLimit int
}

func (e *CallError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s answered %d: %s", e.Provider, e.Status, e.Message)
	}
	return e.Provider + ": " + e.Message
}

func (e *CallError) Unwrap() error { return e.Err }
