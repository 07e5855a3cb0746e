package wire

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/elizad/elizad/internal/model"
)

// kinds tell the kind of a failure by its code or its words, the first that
// fits. They are the words of OpenAI, Azure, Anthropic, Gemini, Mistral, Groq,
// OpenRouter, Bedrock, Ollama, llama.cpp, vLLM, SGLang, LM Studio and TGI.
var kinds = []struct {
	kind  model.FailureKind
	codes []string
	words *regexp.Regexp
}{
	{
		model.ContextTooLong,
		[]string{"context_length_exceeded", "exceed_context_size_error", "request_too_large", "tokens_limit_reached", "string_above_max_length", "context_window_exceeded"},
		regexp.MustCompile(`(?i)maximum (context|prompt|input|model) length|prompt is too long|(input|prompt) (length )?(is too long|exceeds)|exceeds? (the )?(available |model'?s? |maximum )?(context|maximum number of (input )?tokens)|context (length|size|window)[^.]{0,40}(exceed|overflow|too small)|exceed[^.]{0,30}context (length|size|window)|context the overflows|greater than the context length|input token count[^.]*exceeds|too many (input )?tokens|tokens?[^.]{0,60}too (large|long) for|reduce the length of|max_new_tokens. must be|must have less than \d+ tokens|range of input length|greater than max_seq_len|prompt exceeds max`),
	},
	{
		model.ContentFilter,
		[]string{"content_filter", "content_policy_violation", "moderation_blocked", "data_inspection_failed", "DataInspectionFailed", "ResponsibleAIPolicyViolation", "safety"},
		regexp.MustCompile(`(?i)content (management|filtering|usage) policy|content[ _]filter|safety system|ResponsibleAIPolicyViolation|inappropriate content|PROHIBITED_CONTENT|flagged (as|by|for) |violat[a-z]+ (our|the) (usage|content) polic|data inspection failed|blocked by (the )?(guardrail|safety|content)`),
	},
	{
		model.BadToolSchema,
		[]string{"invalid_function_parameters"},
		regexp.MustCompile(`(?i)invalid schema for function|tools\.\d+\.|tools\.function\.parameters|tools\[\d+\]|function_declarations|input_schema|functions?\[\d+\]\.(name|parameters)|(tool|function)[^.]{0,40}(invalid|unsupported) (json )?schema|failed to parse grammar|json schema conversion failed|unrecognized schema|invalid 'tools|schema[^.]{0,40}\btool`),
	},
	{
		model.NoToolSupport,
		nil,
		regexp.MustCompile(`(?i)(does|do)(n't| not) support (the )?(native )?(use of )?(tool|function)|\b(tools?|tool use|tool[ _]calls?|tool[ _]calling|function[ _]calling|functions|tool_choice|tool choice)\b['"\x60]?( \w+)? (is|are) (not|un)[ -]?(currently )?(supported|available|enabled|allowed|implemented|permitted)|support tool use|--enable-auto-tool-choice|--tool-call-parser|tools param requires|cannot use tools with|(unsupported|unrecognized|unknown|unexpected|invalid|extra)[^.]{0,60}['"\x60 :](tools|tool_choice|functions)\b|\b(tools|tool_choice): extra`),
	},
}

// kindOf tells the kind of a failure; "" for any other.
func kindOf(status int, f faultWords) model.FailureKind {
	switch status {
	case 0, 200, 400, 404, 406, 413, 422, 500, 501, 502, 503:
	default:
		return ""
	}
	words := f.message + " " + f.more
	for _, k := range kinds {
		for _, code := range k.codes {
			if strings.EqualFold(f.kind, code) {
				return k.kind
			}
		}
		if k.words.MatchString(words) {
			return k.kind
		}
	}
	if status == 413 {
		return model.ContextTooLong
	}
	return ""
}

// limits are how errors word the number of tokens that a model reads.
var limits = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?:maximum|max) (?:context|prompt|input|model) (?:length|size|window)(?: is| of|:)?(?: only)? (\d[\d,_]*)`),
	regexp.MustCompile(`(?i)(\d[\d,_]*) (?:tokens? )?(?:is the )?maximum`),
	regexp.MustCompile(`(?i)(?:available )?context (?:size|length|window)(?: of)?(?: only)? ?\(?(\d[\d,_]*)`),
	regexp.MustCompile(`(?i)maximum number of (?:input )?tokens allowed \(?(\d[\d,_]*)`),
	regexp.MustCompile(`(?i)must (?:be <=|have less than) (\d[\d,_]*)`),
	regexp.MustCompile(`(?i)(?:cannot exceed|max size:|max_seq_len|limit of) (\d[\d,_]*)`),
	regexp.MustCompile(`(?i)should be \[\d+, ?(\d[\d,_]*)\]`),
}

// contextLimit finds the number of tokens that a model reads in the words of
// an error of the kind ContextTooLong; 0 when it is not told.
func contextLimit(words string) int {
	for _, limit := range limits {
		if m := limit.FindStringSubmatch(words); m != nil {
			n, err := strconv.Atoi(strings.NewReplacer(",", "", "_", "").Replace(m[1]))
			if err == nil && n > 0 && n <= maxTokens {
				return n
			}
		}
	}
	return 0
}

// busy are words of a failure that passes; spent those of one that does not,
// although its code says so.
var (
	busy  = regexp.MustCompile(`(?i)overload|too many requests|rate.?limit|try again|retry|temporar|timed? ?out|loading|busy|unavailable|internal (server )?error|capacity`)
	spent = regexp.MustCompile(`(?i)quota|insufficient|balance|credit|billing`)
	soon  = regexp.MustCompile(`(?i)(retry|try again) (in|after)|per (second|minute)`)
)
