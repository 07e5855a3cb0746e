package api

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

func (a *API) searchRoutes() {
	add(a, operation{id: "search-messages", needs: eliza.RightRead, method: "POST", paths: []string{"/api/messaging/messages/search"}, tag: "Messages",
		summary: "Search messages by their text",
		about: "A message fits when it contains the query, in any case, or each of its words, whatever their accents and English endings. " +
			"Newest first. An empty query lists what the other conditions leave. cut says that so many messages were looked at that older ones were left out."},
		a.searchMessages)
}

type searchBody struct {
	Body struct {
		Query     string  `json:"query,omitempty" maxLength:"1000"`
		ChannelID ID      `json:"channelId,omitempty"`
		AuthorID  ID      `json:"authorId,omitempty"`
		From      anyJSON `json:"from,omitempty" doc:"Said at or after this moment: milliseconds since 1970, or RFC 3339"`
		To        anyJSON `json:"to,omitempty" doc:"Said at or before this moment"`
		Limit     int     `json:"limit,omitempty" minimum:"0" maximum:"1000" doc:"50 when absent"`
		Offset    int     `json:"offset,omitempty" minimum:"0" maximum:"10000"`
		Page      int     `json:"page,omitempty" minimum:"0" maximum:"10000" doc:"1 for the first limit messages, 2 for the next; offset goes before it"`
	}
}

type searchResult struct {
	Messages []listedMessage `json:"messages"`
	Count    int             `json:"count"`
	HasMore  bool            `json:"hasMore"`
	Cut      bool            `json:"cut,omitempty"`
}

func (a *API) searchMessages(ctx context.Context, in *searchBody) (*answer[searchResult], error) {
	b := &in.Body
	q := messaging.Search{Text: b.Query, ChannelID: eliza.ID(b.ChannelID), AuthorID: eliza.ID(b.AuthorID), Member: visitOf(ctx).entity, Limit: cmp.Or(b.Limit, 50), Offset: b.Offset}
	if q.Offset == 0 && b.Page > 1 {
		q.Offset = min((b.Page-1)*q.Limit, 10000)
	}
	var err error
	if q.From, err = momentIn("from", b.From); err != nil {
		return nil, fail(err)
	}
	if q.To, err = momentIn("to", b.To); err != nil {
		return nil, fail(err)
	}
	found, err := a.Messaging.Search(ctx, q)
	if err != nil {
		return nil, fail(err)
	}
	return ok(searchResult{views(found.Messages, viewListed), len(found.Messages), found.More, found.Cut}), nil
}

// momentIn reads a time in a body, a number or a text.
func momentIn(field string, value anyJSON) (eliza.Millis, error) {
	if len(value) == 0 || string(value) == "null" {
		return 0, nil
	}
	text := string(value)
	if text[0] == '"' {
		if err := json.Unmarshal(value, &text); err != nil {
			return 0, eliza.Errorf(eliza.CodeInvalidRequest, "%s: not a time", field)
		}
	}
	var m Moment
	if err := m.UnmarshalText([]byte(text)); err != nil {
		return 0, eliza.Errorf(eliza.CodeInvalidRequest, "%s: %s", field, err)
	}
	return m.at, nil
}
