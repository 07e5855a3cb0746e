// Package anthropic is the provider for Anthropic's Claude models, over its
// own library. The library sends and reads the stream; the connection, its
// limits and the errors are those of package wire, as for the other
// providers, and its own retries and its look at the environment are off.
package anthropic
