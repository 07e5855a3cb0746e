package config

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/elizad/elizad/internal/dotenv"
)

// Environment returns the variables of environ ("NAME=value" each) over those
// of the file .env in dir, if there is one.
func Environment(dir string, environ []string) (map[string]string, error) {
	path := filepath.Join(dir, ".env")
	variables, err := dotenv.Read(path)
	if errors.Is(err, dotenv.ErrMalformed) {
		return nil, fmt.Errorf("%s is not a list of NAME=value lines", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings in .env: %w", err)
	}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && value != "" {
			variables[name] = value
		}
	}
	maps.DeleteFunc(variables, func(_, value string) bool { return value == "" })
	return variables, nil
}
