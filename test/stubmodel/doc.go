// Package stubmodel stands for the model servers of OpenAI, Anthropic and
// Ollama, in tests and benchmarks. [Server] is an http.Handler that speaks
// the three APIs at once:
//
//	OpenAI     POST /v1/chat/completions, POST /v1/embeddings, GET /v1/models,
//	           POST /v1/audio/speech, POST /v1/audio/transcriptions
//	Anthropic  POST /v1/messages
//	Ollama     POST /api/chat, POST /api/embed, GET /api/tags
//	ElevenLabs POST /v1/text-to-speech/{voice}
//	whisper    POST /inference
//
// It answers "You said: " and the last user's text, in several pieces, unless
// its Answer function or its script says otherwise. A scripted [Reply] makes
// it misbehave as the real ones do: errors with Retry-After, silence, slow or
// cut streams, broken JSON, errors in the middle of a stream. With nothing
// scripted it writes an answer at once, so that it takes little from a
// benchmark that runs beside it.
//
// A model that is named after a [Dialect] speaks it: what servers are known to
// do against the letter of their API, in the words of the API that is asked.
//
// A program that started the server as a process steers it over HTTP:
//
//	POST /stub/script  a JSON list of replies, each for the next call
//	POST /stub/default a JSON reply, for every call that the script leaves
//	GET  /stub/stats   {"calls": 12, "embeddings": 3, "scripted": 0}
//	GET  /stub/calls   the newest calls, as a JSON list
package stubmodel
