package toolschema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/internal/toolschema"
)

const anyValue = `{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"object","properties":{}},{"type":"array","items":{"type":"string"}}]}`

// described is any value with a description.
func described(text string) string {
	return strings.Replace(anyValue, "{", `{"description":"`+text+`",`, 1)
}

// TestSchemasAreMadeFitForEveryServer has schemas as servers of tools send them.
func TestSchemasAreMadeFitForEveryServer(t *testing.T) {
	const empty = `{"type":"object","properties":{}}`
	for name, c := range map[string]struct{ schema, want string }{
		"absent":                 {``, empty},
		"null":                   {`null`, empty},
		"empty":                  {`{}`, empty},
		"true":                   {`true`, empty},
		"no properties":          {`{"type":"object"}`, empty},
		"properties null":        {`{"type":"object","properties":null}`, empty},
		"properties as a list":   {`{"type":"object","properties":[]}`, empty},
		"no type":                {`{"properties":{"a":{"type":"string"}}}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		"object or null":         {`{"type":["object","null"],"properties":{}}`, empty},
		"type in capitals":       {`{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		"meta keywords":          {`{"$schema":"http://json-schema.org/draft-07/schema#","$id":"x","title":"T","additionalProperties":false,"type":"object","properties":{}}`, empty},
		"reference":              {`{"$ref":"#/$defs/q","$defs":{"q":{"type":"object","properties":{"a":{"type":"string"}}}}}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		"definitions":            {`{"type":"object","definitions":{"a/b":{"type":"integer"}},"properties":{"n":{"$ref":"#/definitions/a~1b","description":"how many"}}}`, `{"type":"object","properties":{"n":{"type":"integer","description":"how many"}}}`},
		"reference elsewhere":    {`{"type":"object","properties":{"n":{"$ref":"https://example.com/s.json"}}}`, `{"type":"object","properties":{"n":` + anyValue + `}}`},
		"reference to nothing":   {`{"type":"object","properties":{"n":{"$ref":"#/$defs/none"}}}`, `{"type":"object","properties":{"n":` + anyValue + `}}`},
		"recursion":              {`{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}}}}}`, `{"type":"object","properties":{"next":` + anyValue + `}}`},
		"recursion to the top":   {`{"type":"object","properties":{"child":{"$ref":"#"}}}`, `{"type":"object","properties":{"child":{"type":"object","properties":{"child":` + anyValue + `}}}}`},
		"alternatives at top":    {`{"anyOf":[{"type":"object","properties":{"a":{"type":"string"},"k":{"const":"x"}},"required":["a","k"]},{"type":"object","properties":{"b":{"type":"string"},"k":{"const":"y"}},"required":["b","k"]}]}`, `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"k":{"type":"string","enum":["x","y"]}},"required":["k"]}`},
		"one of several objects": {`{"oneOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"null"}]}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		"all at top":             {`{"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"boolean"}},"required":["b"]}]}`, `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["a","b"]}`},
		"either is required":     {`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}`, `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}`},
		"a text or null":         {`{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null,"description":"d"},"b":{"type":["integer","null"]}}}`, `{"type":"object","properties":{"a":{"type":"string","description":"d"},"b":{"type":"integer"}}}`},
		"a text or a number":     {`{"type":"object","properties":{"a":{"type":["string","number"]}}}`, `{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"number"}]}}}`},
		"a list without items":   {`{"type":"object","properties":{"a":{"type":"array"}}}`, `{"type":"object","properties":{"a":{"type":"array","items":` + anyValue + `}}}`},
		"a tuple":                {`{"type":"object","properties":{"a":{"type":"array","items":[{"type":"string"},{"type":"integer"}]}}}`, `{"type":"object","properties":{"a":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}}`},
		"required and absent":    {`{"type":"object","properties":{"a":{"type":"string"}},"required":["a","b","a",7]}`, `{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}`},
		"required as a flag":     {`{"type":"object","properties":{"a":{"type":"string","required":true}},"required":true}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		"property true":          {`{"type":"object","properties":{"a":true}}`, `{"type":"object","properties":{"a":` + anyValue + `}}`},
		"property without type":  {`{"type":"object","properties":{"a":{"description":"what"}}}`, `{"type":"object","properties":{"a":` + described("what") + `}}`},
		"bounds":                 {`{"type":"object","properties":{"a":{"type":"integer","exclusiveMinimum":0,"maximum":9007199254740991,"default":5,"description":"How many"}}}`, `{"type":"object","properties":{"a":{"type":"integer","description":"How many (default: 5; exclusiveMinimum: 0; maximum: 9007199254740991)"}}}`},
		"pattern":                {`{"type":"object","properties":{"a":{"type":"string","pattern":"^(?!x)","format":"uri"}}}`, `{"type":"object","properties":{"a":{"type":"string","description":"(format: \"uri\"; pattern: \"^(?!x)\")"}}}`},
		"an enum of texts":       {`{"type":"object","properties":{"a":{"enum":["x","",null,"y","x"]}}}`, `{"type":"object","properties":{"a":{"type":"string","enum":["x","y"]}}}`},
		"an enum of numbers":     {`{"type":"object","properties":{"a":{"type":"integer","enum":[1,2]}}}`, `{"type":"object","properties":{"a":{"type":"integer","description":"(one of: [1,2])"}}}`},
		"values by name":         {`{"type":"object","properties":{"env":{"type":"object","additionalProperties":{"type":"string"}}}}`, `{"type":"object","properties":{"env":{"type":"object","properties":{},"description":"(further properties: {\"type\":\"string\"})"}}}`},
		"unknown keywords":       {`{"type":"object","properties":{"a":{"type":"string","x-order":1,"examples":["b"],"nullable":true,"not":{},"if":{}}},"minProperties":1,"dependentRequired":{}}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
	} {
		got, err := toolschema.Simplify([]byte(c.schema))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(decode(t, []byte(c.want)), decode(t, got.JSON)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestWhatIsNoObjectIsRefused(t *testing.T) {
	for _, schema := range []string{`{"type":"string"}`, `{"type":["string","null"]}`, `{"type":"array","items":{"type":"object"}}`, `{"anyOf":[{"type":"string"},{"type":"number"}]}`,
		`{"$ref":"#/$defs/s","$defs":{"s":{"type":"string"}}}`, `{"type":"null"}`, `{"enum":["a"]}`, `[]`, `7`, `"object"`} {
		if got, err := toolschema.Simplify([]byte(schema)); !errors.Is(err, toolschema.ErrNoObject) {
			t.Errorf("%s: %s, %v", schema, got.JSON, err)
		}
	}
	if _, err := toolschema.Simplify([]byte(`{"type":`)); err == nil {
		t.Error("broken JSON was taken")
	}
}

// TestPropertiesKeepTheirNamesForTheTool has names that Anthropic refuses.
func TestPropertiesKeepTheirNamesForTheTool(t *testing.T) {
	long := strings.Repeat("x", 70)
	s, err := toolschema.Simplify([]byte(`{"type":"object","properties":{"天気":{"type":"string"},"$filter":{"type":"array","items":{"type":"object","properties":{"a b":{"type":"integer"}}}},"` + long + `":{"type":"string"},"plain.name-1":{"type":"string"}},"required":["天気"]}`))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	gjson.GetBytes(s.JSON, "properties").ForEach(func(name, p gjson.Result) bool {
		names[p.Get("description").Str] = name.Str
		return true
	})
	inner := ""
	gjson.GetBytes(s.JSON, `properties`).ForEach(func(_, p gjson.Result) bool {
		p.Get("items.properties").ForEach(func(name, _ gjson.Result) bool { inner = name.Str; return true })
		return true
	})
	weather, filter := names[`(named "天気") `], names[`(named "$filter") `]
	if weather == "" || filter == "" || inner == "" || gjson.GetBytes(s.JSON, "required.0").Str != weather {
		t.Fatalf("%s", s.JSON)
	}
	got := s.Restore(fmt.Appendf(nil, `{%q:"rain",%q:[{%q:12345678901234567890}],"plain.name-1":"y"}`, weather, filter, inner))
	if d := cmp.Diff(decode(t, []byte(`{"天気":"rain","$filter":[{"a b":12345678901234567890}],"plain.name-1":"y"}`)), decode(t, got)); d != "" {
		t.Error(d)
	}
}

// TestLargeSchemasAreBounded has schemas that grow when their references are
// resolved.
func TestLargeSchemasAreBounded(t *testing.T) {
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, 60) + `{"type":"string"}` + strings.Repeat(`}}`, 60)
	var b bytes.Buffer
	b.WriteString(`{"$ref":"#/$defs/n0","$defs":{`)
	for i := range 30 {
		fmt.Fprintf(&b, `"n%d":{"type":"object","properties":{"a":{"$ref":"#/$defs/n%d"},"b":{"$ref":"#/$defs/n%d"}}},`, i, i+1, i+1)
	}
	b.WriteString(`"n30":{"type":"string"}}}`)
	for name, schema := range map[string]string{"deep": deep, "wide": b.String()} {
		s, err := toolschema.Simplify([]byte(schema))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(s.JSON, []byte("{")); n > 20000 {
			t.Errorf("%s: %d objects", name, n)
		}
		fits(t, s.JSON)
	}
}

func FuzzSimplify(f *testing.F) {
	for _, s := range []string{``, `{}`, `{"type":"object","properties":{"a":{"$ref":"#"}}}`, `{"anyOf":[{"type":"object"},{"type":"string"}]}`, `{"allOf":[{"$ref":"#/allOf/0"}]}`,
		`{"properties":{"":{"items":[{"type":[null]}]}},"required":[""]}`, `{"oneOf":[{"anyOf":[{"type":"null"}]}],"enum":[1]}`, `{"type":["object","array"],"items":{"enum":["x",2]}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		if s, err := toolschema.Simplify([]byte(schema)); err == nil {
			fits(t, s.JSON)
			if again, err := toolschema.Simplify(s.JSON); err != nil {
				t.Errorf("%s: what was made fit is refused: %v", again.JSON, err)
			}
		}
	})
}

var propertyName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,64}$`)

// fits checks what all servers of models ask for.
func fits(t *testing.T, schema []byte) {
	t.Helper()
	top, _ := decode(t, schema).(map[string]any)
	if top["type"] != "object" || top["properties"] == nil || top["anyOf"] != nil {
		t.Errorf("at the top: %s", schema)
	}
	var check func(v any)
	check = func(v any) {
		s, ok := v.(map[string]any)
		if !ok {
			t.Errorf("%v is no schema", v)
			return
		}
		for keyword := range s {
			if !slices.Contains([]string{"type", "description", "properties", "required", "items", "enum", "anyOf"}, keyword) {
				t.Errorf("the keyword %s in %s", keyword, schema)
			}
		}
		if s["type"] == nil && s["anyOf"] == nil {
			t.Errorf("no type in %v", s)
		}
		if s["type"] == "array" && s["items"] == nil {
			t.Errorf("no items in %v", s)
		}
		properties, _ := s["properties"].(map[string]any)
		if s["type"] == "object" && properties == nil {
			t.Errorf("no properties in %v", s)
		}
		for name, p := range properties {
			if !propertyName.MatchString(name) {
				t.Errorf("the property %q", name)
			}
			check(p)
		}
		required, _ := s["required"].([]any)
		for _, name := range required {
			if properties[name.(string)] == nil {
				t.Errorf("%v is required and absent in %v", name, s)
			}
		}
		if items := s["items"]; items != nil {
			check(items)
		}
		branches, _ := s["anyOf"].([]any)
		for _, b := range branches {
			check(b)
		}
	}
	check(top)
}

func decode(t *testing.T, b []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return v
}
