// Package ollama is the provider for Ollama, over its own API, which unlike
// its OpenAI-compatible one says what a model can do and loads one on demand.
package ollama
