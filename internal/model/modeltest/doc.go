// Package modeltest holds the contracts that every provider must pass: [Text]
// and [Embedder] for any model, [Peer] for those that call a server over
// HTTP, played by package stubmodel.
package modeltest
