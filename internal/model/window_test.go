package model

import "testing"

func TestTheContextOfAModelFollowsFromItsName(t *testing.T) {
	for name, want := range map[string]int{
		"gpt-4.1-mini": 1_047_576, "gpt-4o-2024-08-06": 128_000, "gpt-4": 8192, "gpt-4-0613": 8192, "gpt-4-32k": 32_768, "gpt-4-turbo": 128_000, "gpt-4-1106-preview": 128_000,
		"gpt-3.5-turbo": 16_385, "gpt-35-turbo": 16_385, "openai/gpt-5-mini": 400_000, "o3-mini": 200_000, "openai/gpt-oss-20b": 131_072, "gpt-oss:120b": 131_072,
		"claude-haiku-4-5": 200_000, "anthropic/claude-3.5-sonnet": 200_000, "us.anthropic.claude-sonnet-4": 200_000,
		"gemini-2.5-flash": 1_048_576, "google/gemma-2-9b-it": 8192, "gemma3:12b": 131_072, "gemma3:1b": 32_768, "gemma-3-1b-it": 32_768,
		"llama3": 8192, "llama3:8b": 8192, "llama3.1:8b": 131_072, "meta-llama/Meta-Llama-3.1-8B-Instruct": 131_072, "Llama-3.3-70B-Instruct-Turbo": 131_072,
		"meta-llama/Llama-2-7b-chat-hf": 4096, "Hermes-3-Llama-3.1-8B": 131_072, "llama-3-8b-instruct-262k": 262 * 1024,
		"qwen2.5:7b": 32_768, "Qwen/Qwen2.5-7B-Instruct": 32_768, "qwen3:4b": 40_960, "Qwen3-Coder-30B-A3B": 262_144, "qwen2.5-14b-instruct-1m": 1_000_000,
		"mistral": 32_768, "mistralai/Mistral-Nemo-Instruct-2407": 131_072, "mixtral-8x7b-32768": 32_768, "mixtral:8x22b": 65_536, "mistral-large-latest": 131_072,
		"deepseek-chat": 65_536, "deepseek-r1:8b": 65_536, "phi3:mini": 4096, "Phi-3-mini-128k-instruct": 128 * 1024, "phi-4": 16_384, "phi4-mini": 131_072,
		"moonshot-v1-8k": 8192, "tinyllama": 2048,
		"": 0, "stub": 0, "my-model": 0, "model-7b": 0, "a-1m-b": 0, "solo3": 0,
	} {
		if got := contextOf(name); got != want {
			t.Errorf("%q has a context of %d, want %d", name, got, want)
		}
	}
}

// TestTheEstimateIsNearWhatTokenizersCount holds the estimate to counts of
// o200k_base and Llama 3's tokenizer, which lie near each other here.
func TestTheEstimateIsNearWhatTokenizersCount(t *testing.T) {
	for text, counted := range map[string]int{
		"The quick brown fox jumps over the lazy dog, and then it sleeps in the sun until evening comes.": 21,
		"lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor":                  19,
		"func main() {\n\tfmt.Println(\"hello, world\")\n}\n":                                             15,
		`{"name":"get_weather","arguments":{"city":"Berlin","days":3}}`:                                   17,
		"Donaudampfschifffahrtsgesellschaftskapitän":                                                      14,
		"今天天气很好，我们去公园散步吧。":                                                                                16,
		"Сегодня хорошая погода, и мы пойдём гулять в парк.":                                              22,
		"3.14159265358979323846": 9,
	} {
		if got := estimate(text); float64(got) < 0.6*float64(counted) || float64(got) > 1.8*float64(counted) {
			t.Errorf("%q is estimated at %d, and takes about %d", text, got, counted)
		}
	}
}
