package server

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/elizad/elizad/internal/dotenv"
	"github.com/elizad/elizad/plugin"
)

var pluginName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// heardEvents are the events that plugins can hear of.
var heardEvents = []string{plugin.MessageReceived, plugin.MessageSent, plugin.MessageDeleted, plugin.ChannelCleared, plugin.RunEnded}

// checkPlugins refuses plugins that have no name, or another's, or want what
// there is not, and returns them in the order in which they begin.
func checkPlugins(plugins []plugin.Plugin) ([]plugin.Plugin, error) {
	known, workers := map[string]bool{}, map[string]bool{"reminder": true}
	for _, p := range plugins {
		if !pluginName.MatchString(p.Name) || known[p.Name] {
			return nil, fmt.Errorf("the plugin %q: a name is unique and of small letters, digits and dashes", p.Name)
		}
		known[p.Name] = true
		for _, w := range p.Workers {
			if w.Name == "" || w.Execute == nil || workers[w.Name] {
				return nil, fmt.Errorf("the plugin %s: the worker %q: a name is unique, and Execute is needed", p.Name, w.Name)
			}
			workers[w.Name] = true
		}
		for _, l := range p.Listeners {
			for _, e := range l.Events {
				if !slices.Contains(heardEvents, e) || l.Hear == nil {
					return nil, fmt.Errorf("the plugin %s: there is no event %q to hear of; there are %s", p.Name, e, strings.Join(heardEvents, ", "))
				}
			}
		}
		for _, s := range p.Services {
			if s.Start == nil {
				return nil, fmt.Errorf("the plugin %s: the service %q cannot be started", p.Name, s.Name)
			}
		}
	}
	return orderPlugins(plugins)
}

// orderPlugins puts each behind those that it needs, else the higher priority
// first.
func orderPlugins(plugins []plugin.Plugin) (ordered []plugin.Plugin, err error) {
	left := slices.Clone(plugins)
	slices.SortStableFunc(left, func(a, b plugin.Plugin) int { return b.Priority - a.Priority })
	begun := map[string]bool{}
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(p plugin.Plugin) bool {
			return !slices.ContainsFunc(p.After, func(name string) bool { return !begun[name] })
		})
		if i < 0 {
			return nil, fmt.Errorf("the plugin %s needs %s, which is not there or needs it in turn", left[0].Name, strings.Join(left[0].After, ", "))
		}
		begun[left[i].Name] = true
		ordered = append(ordered, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return ordered, nil
}

// pluginSettings are the values of a plugin's settings, by name. The error
// names a setting that has none, or a wrong one, and never quotes a value.
func pluginSettings(p *plugin.Plugin, envFile string) (map[string]string, error) {
	values := map[string]string{}
	if len(p.Settings) == 0 {
		return values, nil
	}
	file, err := dotenv.Read(envFile)
	if err != nil {
		return nil, err
	}
	prefix := strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_")) + "_"
	for _, s := range p.Settings {
		if !strings.HasPrefix(s.Name, prefix) || !dotenv.IsName(s.Name) {
			return nil, fmt.Errorf("the setting %q: its name begins with %s", s.Name, prefix)
		}
		value := os.Getenv(s.Name)
		if value == "" {
			value = file[s.Name]
		}
		if value == "" {
			value = s.Default
		}
		if value == "" && s.Required {
			return nil, fmt.Errorf("%s is not set: %s", s.Name, s.Description)
		}
		if value != "" && !reads(value, s.Kind) {
			return nil, fmt.Errorf("%s is no %s: %s", s.Name, s.Kind, s.Description)
		}
		values[s.Name] = value
	}
	return values, nil
}

func reads(value string, kind plugin.SettingKind) bool {
	var err error
	switch kind {
	case plugin.Number:
		_, err = strconv.ParseFloat(value, 64)
	case plugin.Switch:
		_, err = strconv.ParseBool(value)
	case plugin.Span:
		_, err = time.ParseDuration(value)
	}
	return err == nil
}
