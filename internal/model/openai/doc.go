// Package openai is the provider for OpenAI and for every server that speaks
// its API, such as vLLM, llama.cpp, LM Studio and many gateways.
package openai
