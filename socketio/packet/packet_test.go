package packet_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/socketio/packet"
)

func TestDecode(t *testing.T) {
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	for text, want := range map[string]packet.Packet{
		`0`:                     {Type: packet.Connect, Namespace: "/"},
		`0{"token":"1"}`:        {Type: packet.Connect, Namespace: "/", Data: raw(`{"token":"1"}`)},
		`0/admin`:               {Type: packet.Connect, Namespace: "/admin"},
		`0/admin,`:              {Type: packet.Connect, Namespace: "/admin"},
		`0/admin?t=1&x=2,`:      {Type: packet.Connect, Namespace: "/admin"},
		`1/admin,`:              {Type: packet.Disconnect, Namespace: "/admin"},
		`2["a"]`:                {Type: packet.Event, Namespace: "/", Data: raw(`["a"]`)},
		`2/n,12["a",{"b":[1]}]`: {Type: packet.Event, Namespace: "/n", ID: 12, HasID: true, Data: raw(`["a",{"b":[1]}]`)},
		`312[]`:                 {Type: packet.Ack, Namespace: "/", ID: 12, HasID: true, Data: raw(`[]`)},
		`4{"message":"no"}`:     {Type: packet.ConnectError, Namespace: "/", Data: raw(`{"message":"no"}`)},
		`52-/n,7["a",1]`:        {Type: packet.BinaryEvent, Namespace: "/n", Attachments: 2, ID: 7, HasID: true, Data: raw(`["a",1]`)},
		`61-7[{"_placeholder":true,"num":0}]`: {Type: packet.BinaryAck, Namespace: "/", Attachments: 1, ID: 7, HasID: true,
			Data: raw(`[{"_placeholder":true,"num":0}]`)},
	} {
		got, err := packet.Decode([]byte(text), 10)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestDecodeRefusesWhatTheProtocolForbids(t *testing.T) {
	for _, text := range []string{
		"", "abc", "7", "0[]", `0"x"`, "0123x", `1{}`, "2", "2[]", "2{}", `2[{}]`, `2[null]`, `2["connect"]`,
		`2["disconnecting",1]`, `2abc["a"]`, `2["a"`, `2["a"]]`, "3", "3{}", "4[]", "5", `5["a"]`, `50-["a"]`,
		`511-["a"]`, `5x-["a"]`, `51["a"]`, `5-1-["a"]`, `51.5-["a"]`, `29007199254740992["a"]`,
		`299999999999999999999["a"]`, `5999999999999-["a"]`,
	} {
		if p, err := packet.Decode([]byte(text), 10); !errors.Is(err, packet.ErrMalformed) {
			t.Errorf("%q: decoded as %+v, error %v", text, p, err)
		}
	}
}

func TestSplitEvent(t *testing.T) {
	for array, want := range map[string][]string{
		`["a"]`:                        {"a"},
		` [ "a" , 1 , [ 2 , 3 ] ] `:    {"a", "1", "[ 2 , 3 ]"},
		`["a,]","x\"],",{"k\\":"},"}]`: {"a,]", `"x\"],"`, `{"k\\":"},"}`},
		`[7,null,true]`:                {"7", "null", "true"},
		`["é\n",""]`:                   {"é\n", `""`},
	} {
		p, err := packet.Decode([]byte("2"+array), 0)
		if err != nil {
			t.Fatalf("%s: %v", array, err)
		}
		name, args, err := packet.SplitEvent(p.Data)
		if err != nil {
			t.Fatalf("%s: %v", array, err)
		}
		got := []string{name}
		for _, a := range args {
			got = append(got, string(a))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", array, diff)
		}
	}
}

func TestSplitIsBounded(t *testing.T) {
	list := json.RawMessage("[1" + strings.Repeat(",1", packet.MaxElements-1) + "]")
	if got, err := packet.Split(list); err != nil || len(got) != packet.MaxElements {
		t.Errorf("%d elements, error %v", len(got), err)
	}
	list = json.RawMessage("[1" + strings.Repeat(",1", packet.MaxElements) + "]")
	if _, err := packet.Split(list); !errors.Is(err, packet.ErrMalformed) {
		t.Errorf("one too many: %v", err)
	}
}

// FuzzDecode holds that no bytes panic, and that what was decoded survives
// being written and read again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"0", `0/admin,{"a":1}`, "1/x,", `2["a",1]`, `2/n,12["a",{"b":[1,"\\\"]"]}]`, "312[]", `4"x"`,
		`52-/n,7["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, `61-7[1]`, `2[1,"x"]`, "0/a?b,", `2 ["a"] `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := packet.Decode(text, 10)
		if err != nil {
			return
		}
		again, err := packet.Decode(p.Append(nil), 10)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, p.Append(nil), err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Fatal(diff)
		}
		if len(p.Data) > 0 && p.Data[0] == '[' {
			var elements []json.RawMessage
			if err := json.Unmarshal(p.Data, &elements); err != nil {
				t.Fatal(err)
			}
			got, err := packet.Split(p.Data)
			if (err != nil) != (len(elements) > packet.MaxElements) || err == nil && len(got) != len(elements) {
				t.Fatalf("%s has %d elements, split into %d, error %v", p.Data, len(elements), len(got), err)
			}
		}
	})
}
