package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/joho/godotenv"
)

// Environment returns the variables of environ ("NAME=value" each) over those
// of the file .env in dir, if there is one.
func Environment(dir string, environ []string) (map[string]string, error) {
	variables, err := dotenv(filepath.Join(dir, ".env"))
	if err != nil {
		return nil, err
	}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && value != "" {
			variables[name] = value
		}
	}
	maps.DeleteFunc(variables, func(_, value string) bool { return value == "" })
	return variables, nil
}

func dotenv(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings in .env: %w", err)
	}
	defer f.Close()
	variables, err := godotenv.Parse(f)
	if err != nil {
		// The parser's own words quote the line, which may hold a key.
		return nil, fmt.Errorf("%s is not a list of NAME=value lines", path)
	}
	return variables, nil
}
