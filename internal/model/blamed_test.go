package model

import (
	"slices"
	"testing"
)

func TestTheToolThatAServerMeansIsFound(t *testing.T) {
	tools := []Tool{{Name: "search"}, {Name: "LIGHT"}, {Name: "LIGHT_HOUSE"}, {Name: "get_tides"}, {Name: "object"}}
	for message, want := range map[string]string{
		"Invalid schema for function 'search': None is not of type 'object'":         "search",
		"Invalid schema for function 'LIGHT_HOUSE': In context=(), object schema":    "LIGHT_HOUSE",
		"Invalid schema for function 'LIGHT'":                                        "LIGHT",
		"get_tides: schema must have type object":                                    "get_tides",
		"tools.3.custom.input_schema: JSON schema is invalid":                        "get_tides",
		"tools[1].function.parameters: bad":                                          "LIGHT",
		"* GenerateContentRequest.tools[0].function_declarations[3].parameters: bad": "get_tides",
		"a search for the object of a schema failed":                                 "",
		"tools.99.custom.input_schema: JSON schema is invalid":                       "",
		"my_LIGHT and LIGHTS are bad":                                                "",
		"":                                                                           "",
	} {
		name := ""
		if found := blamed(tools, message); found != nil {
			name = found.Name
		}
		if name != want {
			t.Errorf("%q is about %q, want %q", message, name, want)
		}
	}
}

func FuzzBlamed(f *testing.F) {
	f.Add("Invalid schema for function 'a'", "a", "b_c")
	f.Add("tools[1].function_declarations[0]", "x", "")
	f.Fuzz(func(t *testing.T, message, one, other string) {
		tools := []Tool{{Name: one}, {Name: other}}
		if found := blamed(tools, message); found != nil && !slices.ContainsFunc(tools, func(t Tool) bool { return t.Name == found.Name }) {
			t.Errorf("found %+v", found)
		}
	})
}
