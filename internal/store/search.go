package store

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
)

// Messages have no index of their words: it would cost each message that is
// said, while few are ever searched. A search reads channels from their ends,
// those with the newest messages first, and stops as soon as nothing older can
// belong to the answer.
const (
	maxSearched         = 100_000 // messages that one search reads
	maxSearchedChannels = 10_000
	searchPage          = 1000
	maxSearchedWords    = 64 // of the text that is searched for
)

// MessageSearch asks for messages that fit a text. A zero field asks for
// nothing.
type MessageSearch struct {
	// Text fits a message that contains it, or that contains each of its words,
	// whatever their spelling and endings (package analysis).
	Text      string
	ChannelID eliza.ID
	AuthorID  eliza.ID
	Member    eliza.ID     // only in channels that it takes part in
	From      eliza.Millis // made at or after
	To        eliza.Millis // made at or before
	Limit     int          // 0: 50
	Offset    int
}

// MessageHits are the messages that a search found, the newest first.
type MessageHits struct {
	Messages []eliza.Message
	More     bool // there are more behind the last one
	Cut      bool // so many messages were read that older ones were left out
}

// SearchMessages finds messages by their text. Error code: TIMEOUT.
func (s *Store) SearchMessages(ctx context.Context, q MessageSearch) (MessageHits, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	look := search{store: s, query: q, fits: fitting(q.Text), want: q.Offset + q.Limit + 1, left: maxSearched}
	channels, err := s.channelsToSearch(ctx, q)
	if err != nil {
		return MessageHits{}, failed("search messages", err)
	}
	for _, c := range channels {
		if look.left == 0 || look.full(c.LastAt) {
			break
		}
		if err := look.channel(ctx, c.ID); err != nil {
			return MessageHits{}, failed("search messages", err)
		}
	}
	hits := MessageHits{Cut: look.left == 0 || len(channels) == maxSearchedChannels, More: len(look.found) == look.want}
	if q.Offset >= len(look.found) {
		return hits, nil
	}
	hits.Messages, err = s.messagesOf(ctx, look.found[q.Offset:min(len(look.found), q.Offset+q.Limit)])
	return hits, err
}

type channelEnd struct {
	ID     eliza.ID     `bun:"id"`
	LastAt eliza.Millis `bun:"last_at"`
}

func (s *Store) channelsToSearch(ctx context.Context, q MessageSearch) ([]channelEnd, error) {
	var list []channelEnd
	find := s.read.NewSelect().Table("channels").Column("id", "last_at").Where("last_at >= ?", q.From).
		Order("last_at DESC", "id").Limit(maxSearchedChannels)
	if q.ChannelID != eliza.NoID {
		find = find.Where("id = ?", q.ChannelID)
	}
	err := find.Apply(ofMember("channels", q.Member)).Scan(ctx, &list)
	return list, err
}

func (s *Store) messagesOf(ctx context.Context, hits []hit) ([]eliza.Message, error) {
	ids := make([]eliza.ID, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	var list []eliza.Message
	if err := s.read.NewSelect().Model(&list).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, failed("read found messages", err)
	}
	slices.SortFunc(list, func(a, b eliza.Message) int { return laterFirst(hit{a.ID, a.CreatedAt}, hit{b.ID, b.CreatedAt}) })
	return list, nil
}

// search is one going through the channels.
type search struct {
	store *Store
	query MessageSearch
	fits  func(content string) bool
	want  int
	left  int   // messages that may still be read
	found []hit // the newest ones, at most want
}

type hit struct {
	id eliza.ID
	at eliza.Millis
}

func laterFirst(a, b hit) int {
	return cmp.Or(cmp.Compare(b.at, a.at), bytes.Compare(b.id[:], a.id[:]))
}

// full reports whether nothing from before a moment can be among the answers.
func (l *search) full(at eliza.Millis) bool {
	return len(l.found) == l.want && at < l.found[l.want-1].at
}

func (l *search) add(h hit) {
	i, _ := slices.BinarySearchFunc(l.found, h, laterFirst)
	if l.found = slices.Insert(l.found, i, h); len(l.found) > l.want {
		l.found = l.found[:l.want]
	}
}

// channel reads one channel from its end.
func (l *search) channel(ctx context.Context, id eliza.ID) error {
	for before := int64(math.MaxInt64); before > 0 && l.left > 0; {
		next, err := l.page(ctx, id, before)
		if err != nil {
			return err
		}
		before = next
	}
	return nil
}

// page reads a part of a channel and returns where the next one begins, 0
// when there is no need of it.
func (l *search) page(ctx context.Context, channel eliza.ID, before int64) (next int64, err error) {
	query := `SELECT id, seq, created_at, content FROM messages WHERE channel_id = ? AND seq < ?`
	args := []any{channel.String(), before}
	if l.query.AuthorID != eliza.NoID {
		query += ` AND author_id = ?`
		args = append(args, l.query.AuthorID.String())
	}
	if l.query.To != 0 {
		query += ` AND created_at <= ?`
		args = append(args, int64(l.query.To))
	}
	rows, err := l.store.often.query(ctx, query+` ORDER BY seq DESC LIMIT ?`, append(args, min(searchPage, l.left))...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var h hit
		var content string
		if err := rows.Scan(&h.id, &next, &h.at, &content); err != nil {
			return 0, err
		}
		l.left--
		if h.at < l.query.From || l.full(h.at) {
			return 0, nil
		}
		if l.fits(content) {
			l.add(h)
		}
	}
	if n < searchPage {
		next = 0
	}
	return next, rows.Err()
}

// fitting returns what decides whether a message fits the text.
func fitting(text string) func(string) bool {
	text = strings.TrimSpace(clean(text))
	phrase, words := analysis.Fold(text), analysis.Distinct(analysis.Words(text), maxSearchedWords)
	return func(content string) bool {
		if phrase == "" { // nothing, or what shows only beside a letter
			return strings.Contains(content, text)
		}
		if strings.Contains(analysis.Fold(content), phrase) {
			return true
		}
		if len(words) == 0 {
			return false
		}
		has := analysis.Words(content)
		return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(has, w) })
	}
}
