package model

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

const (
	// DefaultContext is the context of a model that nobody knows. Nearly all
	// models that are served for conversations read so much. A server that
	// reads less says so in its error, from which it is learned; for one that
	// reads more there is a setting.
	DefaultContext = 32_768
	// LeastContext and MostContext bound what a setting or a server may say.
	LeastContext = 1024
	MostContext  = 10_000_000
	// mostAnswer is how much of a context is kept for an answer whose request
	// says no length.
	mostAnswer = 4096
	// Bounds of traits.ratio, and the part of a window that is filled by
	// estimates: the rest is for their error.
	leastRatio, mostRatio = 0.6, 4.0
	filled                = 0.95
)

// window is how much a model reads and writes in one call.
type window struct {
	context int // tokens of the request and its answer
	answer  int // of these, kept for the answer
}

// newWindow divides a context. maxTokens is the request's, 0 for none.
func newWindow(context, maxTokens int) window {
	if maxTokens > 0 {
		return window{context, min(maxTokens, context/2)}
	}
	return window{context, min(context/4, mostAnswer)}
}

func (w window) prompt() int { return w.context - w.answer }

// estimated is the prompt in tokens as they are estimated, for a model that
// counts ratio for each of them.
func (w window) estimated(ratio float64) int {
	return int(float64(w.prompt()) * filled / cmp.Or(ratio, 1))
}

// holding is the smallest context whose prompt has so many tokens.
func holding(prompt, maxTokens int) int {
	if maxTokens > 0 {
		return prompt + min(maxTokens, prompt)
	}
	return prompt + min(prompt/3, mostAnswer)
}

// size is a model's context by its name.
type size struct {
	// name is how a squeezed name begins, see squeezed, or what it holds
	// anywhere when * stands in front.
	name   string
	tokens int
}

// sizes are the contexts of known models, in tokens, as their makers' model
// cards and API references state them; where variants of one name differ, the
// smallest, which is what most servers run. The first that fits counts. A size
// that the name itself tells, as in phi-3-mini-128k, comes before all.
var sizes = []size{
	// OpenAI.
	{"gpt5", 400_000}, {"gpt4.1", 1_047_576}, {"gpt4.5", 128_000}, {"gpt4o", 128_000}, {"chatgpt4o", 128_000}, {"gpt4turbo", 128_000},
	{"gpt41106", 128_000}, {"gpt40125", 128_000}, {"gpt4vision", 128_000}, {"gpt4", 8192}, {"gpt3.5turboinstruct", 4096}, {"gpt35turboinstruct", 4096},
	{"gpt3.5", 16_385}, {"gpt35", 16_385}, {"o1mini", 128_000}, {"o1preview", 128_000}, {"o1", 200_000}, {"o3", 200_000}, {"o4", 200_000}, {"*gptoss", 131_072},
	// Anthropic.
	{"*claude2.0", 100_000}, {"*claudeinstant", 100_000}, {"*claude", 200_000},
	// Google.
	{"*gemini1.0", 32_760}, {"*gemini1.5pro", 2_097_152}, {"*gemini", 1_048_576},
	{"*gemma3n", 32_768}, {"*gemma31b", 32_768}, {"*gemma3270m", 32_768}, {"*gemma3", 131_072}, {"*gemma4", 131_072}, {"*gemma", 8192},
	// DeepSeek, before the models that it was distilled into.
	{"*deepseekcoderv2", 163_840}, {"*deepseekcoder", 16_384}, {"*deepseekllm", 4096}, {"*deepseekv2", 32_768}, {"*deepseek", 65_536},
	// Meta.
	{"*codellama", 16_384}, {"*tinyllama", 2048}, {"*llama4", 131_072}, {"*llama3.1", 131_072}, {"*llama3.2", 131_072}, {"*llama3.3", 131_072},
	{"*llama31", 131_072}, {"*llama32", 131_072}, {"*llama33", 131_072}, {"*llama3", 8192}, {"*llama2", 4096}, {"*vicuna", 4096}, {"*llama", 4096},
	// Alibaba.
	{"*qwen3coder", 262_144}, {"*qwen3next", 262_144}, {"*qwen3vl", 262_144}, {"*qwen3max", 262_144}, {"*qwen3", 40_960}, {"*qwen2.5vl", 128_000}, {"*qwen2.5", 32_768},
	{"*qwenplus", 131_072}, {"*qwenturbo", 131_072}, {"*qwenlong", 1_000_000}, {"*qwq", 131_072}, {"*qwen", 32_768},
	// Mistral.
	{"*mixtral8x22b", 65_536}, {"*mixtral", 32_768}, {"*nemo", 131_072}, {"*mistrallarge", 131_072}, {"*mistralmedium", 131_072}, {"*mistralsmall3", 131_072},
	{"*ministral", 131_072}, {"*pixtral", 131_072}, {"*devstral", 131_072}, {"*magistral", 40_960}, {"*codestral", 32_768}, {"*mistral7bv0.1", 8192}, {"*mistral", 32_768}, {"*zephyr", 32_768},
	// Microsoft.
	{"*phi4mini", 131_072}, {"*phi4", 16_384}, {"*phi3.5", 131_072}, {"*phi35", 131_072}, {"*phi3", 4096}, {"phi2", 2048},
	// Others.
	{"*commanda", 262_144}, {"*commandr", 131_072}, {"aya", 8192}, {"*grok4", 256_000}, {"*grok", 131_072}, {"*kimik2", 131_072}, {"*glm4.6", 202_752}, {"*glm4", 131_072}, {"*glm", 131_072},
	{"*granite3.0", 4096}, {"*granite", 131_072}, {"*nemotron", 131_072}, {"*falcon3", 32_768}, {"*falcon", 2048}, {"*smollm3", 65_536}, {"*smollm2", 8192}, {"*smollm", 2048},
	{"*olmo2", 4096}, {"*olmo3", 65_536}, {"*yi1.5", 4096}, {"*solar", 4096}, {"*orcamini", 2048}, {"*stablelm", 4096}, {"*minimax", 196_608}, {"*hermes3", 131_072}, {"*sonar", 127_072},
	{"amazon.nova", 128_000}, {"nova", 128_000}, {"*jamba", 262_144}, {"*exaone", 32_768},
}

// toldSize finds a size that stands in a name, as a part of its own.
var toldSize = regexp.MustCompile(`(?:^|[-_:./ ])(\d{1,4})(k|m)(?:$|[-_:./ ])`)

// contextOf is the context of a model by its name, in tokens; 0 when the name
// tells nothing.
func contextOf(name string) int {
	name = strings.ToLower(name)
	if told := toldSize.FindStringSubmatch(name); told != nil {
		n, _ := strconv.Atoi(told[1]) // digits alone
		switch {
		case told[2] == "k" && n >= 2:
			return n * 1024
		case told[2] == "m" && n <= 10 && strings.HasSuffix(name, told[1]+"m"):
			return n * 1_000_000
		}
	}
	name = squeezed(name)
	for _, s := range sizes {
		inside, anywhere := strings.CutPrefix(s.name, "*")
		if anywhere && strings.Contains(name, inside) || !anywhere && strings.HasPrefix(name, s.name) {
			return s.tokens
		}
	}
	return 0
}

// squeezed is a name without its maker and without what writers of names
// differ in: meta-llama/Llama-3.1-8B is llama3.18b.
func squeezed(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	return strings.NewReplacer("-", "", "_", "", " ", "", ":", "").Replace(name)
}

// window is the window of a call: what the settings say, else what the model's
// name tells and the server is asked for, and never more than the server once
// said.
func (t *caller) window(name string, maxTokens int, known *traits) window {
	context := t.context
	if context == 0 {
		context = contextOf(name)
		if t.asksFor > 0 {
			context = min(cmp.Or(context, t.asksFor), t.asksFor)
		}
	}
	context = min(max(cmp.Or(context, DefaultContext), LeastContext), MostContext)
	if known.context > 0 {
		context = min(context, known.context)
	}
	return newWindow(context, maxTokens)
}
