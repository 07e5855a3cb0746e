// Package anthropic is the provider for Anthropic's Claude models, and for
// servers that speak its messages API. A request is worded in the types of
// Anthropic's own library; it is sent, and its answer is read, by package
// wire, as for the other providers, so that all of them take the same
// liberties of servers.
package anthropic
