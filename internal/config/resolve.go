package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// SettingError says which setting is wrong and what is allowed. It never
// holds a secret.
type SettingError struct {
	Name    string // of the variable, or of the flag with its dashes
	Value   string // as it was given; empty for a secret
	Allowed string // a sentence
}

func (e *SettingError) Error() string {
	if e.Value == "" {
		return e.Name + ": " + e.Allowed
	}
	return fmt.Sprintf("%s=%s: %s", e.Name, e.Value, e.Allowed)
}

// Options make a kong parser read the settings from given and not from the
// environment of the process.
func Options(given map[string]string) []kong.Option {
	return []kong.Option{
		kong.PostBuild(prepare),
		kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) { return lookup(f, given) })),
		kong.ValueFormatter(describe),
	}
}

// prepare keeps kong from reading the process's environment by itself, hides
// the flags of secrets and has every setting say what it allows.
func prepare(k *kong.Kong) error {
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if f, ok := node.(*kong.Flag); ok && len(variables(f.Value)) > 0 {
			f.Tag.Envs = nil
			f.Hidden = f.Tag.Has("secret")
			f.Mapper = strict{f.Mapper, f}
		}
		return next(nil)
	})
}

// strict words the refusal of a flag's value.
type strict struct {
	kong.Mapper
	flag *kong.Flag
}

func (m strict) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	text := ctx.Scan.Peek().String()
	err := m.Mapper.Decode(ctx, target)
	if err == nil && (m.flag.Enum == "" || slices.Contains(m.flag.EnumSlice(), text)) {
		return nil
	}
	refusal := &SettingError{Name: "--" + m.flag.Name, Allowed: "allowed is " + allowed(m.flag)}
	if !m.flag.Tag.Has("secret") {
		refusal.Value = text
	}
	return refusal
}

// lookup returns the text of a flag's variable, nil when it is not set, and
// refuses one that the flag would not take.
func lookup(f *kong.Flag, given map[string]string) (any, error) {
	for _, name := range variables(f.Value) {
		text, ok := given[name]
		if !ok {
			continue
		}
		scan := kong.Scan().PushTyped(text, kong.FlagValueToken)
		err := f.Mapper.Decode(&kong.DecodeContext{Value: f.Value, Scan: scan}, reflect.New(f.Target.Type()).Elem())
		var refusal *SettingError
		if errors.As(err, &refusal) {
			refusal.Name = name
			return nil, refusal
		}
		return text, nil
	}
	return nil, nil
}

// variables are the names that a flag has in the environment.
func variables(v *kong.Value) []string {
	return strings.FieldsFunc(v.Tag.Get("env"), func(r rune) bool { return r == ',' })
}

// Secrets refuses secrets on the command line, which every user of the
// machine can read.
func Secrets(parsed *kong.Context) error {
	for _, p := range parsed.Path {
		if p.Flag != nil && !p.Resolved && p.Flag.Tag.Has("secret") {
			return &SettingError{Name: "--" + p.Flag.Name, Allowed: "a secret does not belong on a command line; set " + variables(p.Flag.Value)[0] + " in the environment or in .env"}
		}
	}
	return nil
}
