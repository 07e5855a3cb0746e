package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The text index is FTS5 on SQLite and a tsvector with a GIN index on
// PostgreSQL. Both are given words that are ready (words.go) and find memories
// by single words; ranking is done here (recalltext.go), so that both rank alike.

// indexSQLite puts the words that a transaction collected into the index, all
// in one statement: the index writes to disk at each that comes after it.
// A memory that was deleted meanwhile is left out.
func indexSQLite(ctx context.Context, t *tx) error {
	if len(t.words) == 0 {
		return nil
	}
	var b strings.Builder // [[number, "word word"], ...]
	for i, w := range latest(t.words) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("[" + strconv.FormatInt(w.n, 10) + `,"`)
		for i, word := range w.words { // no word holds a character that JSON escapes
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
		b.WriteString(`"]`)
	}
	_, err := t.exec(ctx, `INSERT INTO memory_text (rowid, words)
		SELECT m.n, j.value ->> 1 FROM json_each(?) j JOIN memories m ON m.n = j.value ->> 0`, "["+b.String()+"]")
	return err
}

// indexPostgres does the same.
func indexPostgres(ctx context.Context, t *tx) error {
	if len(t.words) == 0 {
		return nil
	}
	var numbers []int64
	var words []string
	for _, w := range latest(t.words) {
		numbers = append(numbers, w.n)
		words = append(words, quoted(w.words, `'`, " "))
	}
	_, err := t.exec(ctx, `INSERT INTO memory_text (n, words) SELECT m.n, CAST(x.words AS TSVECTOR)
		FROM unnest(CAST(? AS BIGINT[]), CAST(? AS TEXT[])) AS x (n, words) JOIN memories m ON m.n = x.n`, numbers, words)
	return err
}

// latest leaves only the last words of each memory, and no empty ones. They
// are in the order of their numbers: FTS5 writes to disk when it must go back.
func latest(all []wordsOf) []wordsOf {
	seen := make(map[int64]bool, len(all))
	var list []wordsOf
	for i := len(all) - 1; i >= 0; i-- {
		if w := all[i]; !seen[w.n] {
			seen[w.n] = true
			if len(w.words) > 0 {
				list = append(list, w)
			}
		}
	}
	slices.SortFunc(list, func(a, b wordsOf) int { return cmp.Compare(a.n, b.n) })
	return list
}

// matchSQLite looks all expressions up in one statement, and takes the numbers
// of each as one text: rows are dear, they cost more than finding them.
func matchSQLite(ctx context.Context, b bound, expressions []string) ([][]int64, error) {
	list, err := json.Marshal(expressions)
	if err != nil {
		return nil, err
	}
	rows, err := b.query(ctx, newestOfEach, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make([][]int64, 0, len(expressions))
	for rows.Next() {
		var numbers sql.RawBytes
		if err := rows.Scan(&numbers); err != nil {
			return nil, err
		}
		found = append(found, parseNumbers(numbers))
	}
	return found, rows.Err()
}

var newestOfEach = `SELECT (SELECT group_concat(rowid) FROM
	(SELECT rowid FROM memory_text WHERE memory_text MATCH e.value ORDER BY rowid DESC LIMIT ` + strconv.Itoa(maxPerTerm) + `))
	FROM json_each(?) e ORDER BY e.key`

// parseNumbers reads numbers that are parted by commas, and puts the newest first.
func parseNumbers(text []byte) []int64 {
	if len(text) == 0 {
		return nil
	}
	numbers := make([]int64, 1, maxPerTerm)
	for _, c := range text {
		if last := len(numbers) - 1; c == ',' {
			numbers = append(numbers, 0)
		} else {
			numbers[last] = numbers[last]*10 + int64(c-'0')
		}
	}
	slices.SortFunc(numbers, func(a, b int64) int { return cmp.Compare(b, a) })
	return numbers
}

// matchPostgres looks all expressions up in one round trip. The order is by an
// expression so that the text index is used and not the primary key, which
// would be read to its end for a rare word.
func matchPostgres(ctx context.Context, b bound, expressions []string) ([][]int64, error) {
	rows, err := b.query(ctx, `SELECT t.i, x.n FROM unnest(CAST(? AS TEXT[])) WITH ORDINALITY AS t (e, i),
		LATERAL (SELECT n FROM memory_text WHERE words @@ CAST(t.e AS TSQUERY) ORDER BY n + 0 DESC LIMIT ?) x`, expressions, maxPerTerm)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make([][]int64, len(expressions))
	for rows.Next() {
		var i, n int64
		if err := rows.Scan(&i, &n); err != nil {
			return nil, err
		}
		found[i-1] = append(found[i-1], n)
	}
	return found, rows.Err()
}

// quoted writes words between quotes of the given kind.
func quoted(words []string, mark, between string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(mark)
		b.WriteString(strings.ReplaceAll(w, mark, mark+mark))
		b.WriteString(mark)
	}
	return b.String()
}
