package wire

import (
	"strings"

	"github.com/tidwall/gjson"
)

// faultWords is what an error's body says.
type faultWords struct {
	message string
	kind    string // its code or type, in the provider's words
	status  int    // a code that is an HTTP status; 0 for none
	limit   int    // tokens that the model reads, when the error tells them in a field
	more    string // further words that tell what it is about
}

// maxFaultDepth bounds how deep an error may stand in its body.
const maxFaultDepth = 6

// readFault finds an error's words in the forms that servers use: an object,
// a text or a list under "error" or "errors", OpenAI's, vLLM's
// ("object":"error"), FastAPI's "detail", and an error that is quoted within
// another (OpenRouter's metadata).
func readFault(body []byte) faultWords {
	if len(body) == 0 || !valid(body) {
		return faultWords{}
	}
	return faultOf(gjson.ParseBytes(body), maxFaultDepth)
}

func faultOf(v gjson.Result, depth int) faultWords {
	switch {
	case depth == 0:
		return faultWords{}
	case v.Type == gjson.String:
		return faultWords{message: v.Str}
	case v.IsArray():
		var all faultWords
		v.ForEach(func(_, one gjson.Result) bool {
			f := faultOf(one, depth-1)
			if all.message == "" {
				all = f
			} else if f.message != "" {
				all.message += "; " + f.message
			}
			return len(all.message) < maxMessage
		})
		return all
	case !v.IsObject():
		return faultWords{}
	}
	for _, name := range []string{"error", "errors", "base_resp"} {
		if inner := v.Get(name); inner.Type != gjson.Null && inner.Type != gjson.False {
			if f := faultOf(inner, depth-1); f.message != "" || f.kind != "" {
				if f.status == 0 {
					f.status = httpStatus(v)
				}
				return f
			}
		}
	}
	f := faultWords{kind: faultKind(v), status: httpStatus(v), limit: Tokens(v.Get("n_ctx"))}
	for _, name := range []string{"message", "detail", "msg", "error_msg", "status_msg", "error_description", "title", "error"} {
		inner := v.Get(name)
		if inner.IsObject() && name == "error" {
			continue
		}
		if f.message == "" {
			f.message = faultOf(inner, depth-1).message
		}
	}
	if raw := v.Get("metadata.raw"); raw.Type == gjson.String {
		f.more = raw.Str
	}
	if loc := v.Get("loc"); f.message != "" && loc.IsArray() { // FastAPI names the field that it refuses
		fields := loc.Array()
		f.message = fields[len(fields)-1].String() + ": " + f.message
	}
	if param := v.Get("param"); param.Type == gjson.String {
		f.more += " param=" + param.Str
	}
	if inner := v.Get("innererror.code"); inner.Type == gjson.String {
		f.more += " " + inner.Str
	}
	return f
}

// faultKind is the code of an error if it says more than its type.
func faultKind(v gjson.Result) string {
	code, kind := v.Get("code"), v.Get("type")
	if code.Type == gjson.String && (permanentKind(code.Str) || kind.Str == "") {
		return code.Str
	}
	if kind.Type == gjson.String && kind.Str != "error" {
		return kind.Str
	}
	return ""
}

// httpStatus is an error's code, if it is a number that HTTP has for errors.
func httpStatus(v gjson.Result) int {
	for _, name := range []string{"code", "status", "status_code", "error_code"} {
		if n := v.Get(name); n.Type == gjson.Number || n.Type == gjson.String && strings.Trim(n.Str, "0123456789") == "" {
			if status := int(n.Int()); status >= 400 && status < 600 {
				return status
			}
		}
	}
	return 0
}

// IsFault reports whether a JSON object is an error in place of an answer:
// it has one, or it says that it is one.
func IsFault(v gjson.Result) bool {
	if e := v.Get("error"); e.Type == gjson.JSON && len(e.Raw) > 2 || e.Type == gjson.String && e.Str != "" {
		return true
	}
	if v.Get("object").Str == "error" || v.Get("type").Str == "error" || v.Get("errors").IsArray() {
		return true
	}
	code := v.Get("base_resp.status_code")
	return code.Type == gjson.Number && code.Num != 0
}

// IsBareFault reports whether an object that has nothing of an answer is an
// error by its words alone.
func IsBareFault(v gjson.Result) bool {
	if v.Get("choices").Exists() || v.Get("usage").Exists() {
		return false
	}
	return v.Get("message").Type == gjson.String || v.Get("detail").Exists() || v.Get("msg").Exists() || IsFault(v)
}
