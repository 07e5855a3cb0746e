package agent

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/task"
)

// fill gives a value of any type, and everything in it, something other than
// its zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	if id, is := v.Addr().Interface().(*eliza.ID); is {
		*id = eliza.NewID()
		return
	}
	if raw, is := v.Addr().Interface().(*json.RawMessage); is {
		*raw = json.RawMessage(`"anything"`)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Interface:
		v.Set(reflect.ValueOf("anything"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i))
			}
		}
	default:
		t.Fatalf("%s cannot be kept while a turn waits", v.Type())
	}
}

// TestEveryEffectIsKeptAndStored takes each field of Effects through a wait
// for an approval to what is stored at the end of the turn.
func TestEveryEffectIsKeptAndStored(t *testing.T) {
	fields := reflect.TypeFor[Effects]()
	stored := func(e Effects) messaging.Outcome {
		turn := &Turn{service: &Service{options: Options{Tasks: &task.Service{}}}, effects: e}
		turn.run.ID = eliza.NameID("run")
		return turn.outcome(eliza.Replied, "", "")
	}
	// What of an outcome an effect may change, without moments and functions.
	shown := func(o messaging.Outcome) map[string]any {
		facts := []string{}
		for _, m := range o.Memories {
			if m.Type == eliza.MemoryFacts || m.Content.Text == "x" {
				facts = append(facts, m.Content.Text)
			}
		}
		return map[string]any{
			"memories": facts, "pictures": len(o.Content.Attachments), "forget": len(o.Forget), "room": o.RoomState != nil, "world": o.Changes.ByWorld != nil,
			"people": len(o.Changes.Entities), "new": len(o.Tasks.New), "drop": len(o.Tasks.Drop), "change": len(o.Tasks.Change),
		}
	}
	nothing := shown(stored(Effects{}))
	for i := range fields.NumField() {
		t.Run(fields.Field(i).Name, func(t *testing.T) {
			var before progress
			fill(t, reflect.ValueOf(&before.Effects).Elem().Field(i))
			kept, err := json.Marshal(before)
			if err != nil {
				t.Fatal(err)
			}
			var after progress
			if err := json.Unmarshal(kept, &after); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before.Effects, after.Effects); diff != "" {
				t.Errorf("not the same after the wait: %s", diff)
			}
			if cmp.Equal(shown(stored(after.Effects)), nothing) {
				t.Error("nothing of it is stored at the end of the turn")
			}
		})
	}
}
