package knowledge

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// maxNesting is how deep JSON is followed.
const maxNesting = 100

var errTooMuch = errors.New("the structure is written out too long")

// legible writes tables and JSON so that a chunk says what its values are:
// each row with the names of its columns, each value with its path. What is
// neither, or broken, stays as it is.
func legible(name, text string) string {
	var written string
	var err error
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv":
		written, err = rows(text)
	case ".json":
		written, err = values(text)
	default:
		return text
	}
	if err != nil {
		return text
	}
	return written
}

// rows writes a table, a line for each row.
func rows(text string) (string, error) {
	head, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, false
	for _, comma := range ";\t" {
		if strings.Count(head, string(comma)) > strings.Count(head, string(r.Comma)) {
			r.Comma = comma
		}
	}
	columns, err := r.Read()
	if err != nil {
		return "", fmt.Errorf("read the columns: %w", err)
	}
	b := bounded{most: 4*len(text) + 1<<20}
	for n := 2; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			return b.String(), b.err
		}
		if err != nil {
			return "", fmt.Errorf("read row %d: %w", n, err)
		}
		b.write(fmt.Sprintf("Row %d.", n))
		for i, value := range row {
			if value = strings.Join(strings.Fields(value), " "); value == "" {
				continue
			}
			if i < len(columns) && columns[i] != "" {
				value = strings.Join(strings.Fields(columns[i]), " ") + ": " + value
			}
			b.write(" " + value + ";")
		}
		b.write("\n")
		if b.err != nil {
			return "", b.err
		}
	}
}

// values writes JSON, a line for each value that is neither object nor list.
func values(text string) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	b := &bounded{most: 4*len(text) + 1<<20}
	if err := value(d, b, "", 0); err != nil {
		return "", err
	}
	if _, err := d.Token(); err != io.EOF {
		return "", errors.New("more than one value")
	}
	return b.String(), b.err
}

// value writes the next value of a decoder.
func value(d *json.Decoder, b *bounded, at string, depth int) error {
	token, err := d.Token()
	if err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	if depth > maxNesting || b.err != nil {
		return errTooMuch
	}
	open, is := token.(json.Delim)
	if !is {
		if token != nil && token != "" {
			b.write(strings.TrimPrefix(at, ".") + ": " + strings.Join(strings.Fields(fmt.Sprint(token)), " ") + "\n")
		}
		return nil
	}
	for n := 0; d.More(); n++ {
		below := fmt.Sprintf("%s[%d]", at, n)
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return fmt.Errorf("read JSON: %w", err)
			}
			below = at + "." + strings.Join(strings.Fields(fmt.Sprint(key)), " ")
		}
		if err := value(d, b, below, depth+1); err != nil {
			return err
		}
	}
	if _, err = d.Token(); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}

// bounded is a text that does not grow beyond most bytes.
type bounded struct {
	strings.Builder
	most int
	err  error
}

func (b *bounded) write(s string) {
	if b.Len()+len(s) > b.most {
		b.err = errTooMuch
		return
	}
	b.WriteString(s)
}
