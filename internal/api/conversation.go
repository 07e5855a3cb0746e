package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
)

func (a *API) conversationRoutes() {
	const tag, audio = "Speech", "/api/audio/{agentId}"
	const about = "The recording (field audio or file of a form or of JSON, or the body itself) is written down and posted in a channel like any message: in that of " +
		"field channelId or roomId, which is made when it is not there, else in the DM of the agent and userId or entityId. The answer is spoken by the agent's voice. " +
		"With field transport = sse, or Accept: text/event-stream, the answer is server-sent events: heard, then audio for each sentence as soon as it is written, " +
		"then done or error."
	add(a, operation{id: "speech-conversation", method: "POST", paths: []string{"/api/agents/{agentId}/speech/conversation", audio + "/speech"}, tag: tag,
		summary: "Talk with an agent", errors: []int{404, 408, 413, 503}, file: maxRecordingBody, about: about,
		gives: success[Conversation]{}, streams: true}, a.converse)
	add(a, operation{id: "audio-conversation", method: "POST", paths: []string{audio + "/speech/conversation"}, tag: tag,
		summary: "Talk with an agent, or have an answer to a text as an audio file", errors: []int{404, 408, 409, 413, 503}, file: maxRecordingBody,
		about: "With a recording it is the same as POST /api/agents/{agentId}/speech/conversation. With JSON of text, or of messages, whose last one is said, " +
			"the answer is the audio file.", gives: success[Conversation]{}, streams: true, files: audioTypes}, a.converseOrSpeak)
	add(a, operation{id: "process-audio", method: "POST", paths: []string{audio + "/process-audio"}, tag: tag,
		summary: "Talk with an agent, in the words of ElizaOS 1.0", errors: []int{404, 408, 413, 503}, file: maxRecordingBody}, a.processAudio)
}

type converseBody struct {
	RecordingBody
	Accept string `header:"Accept"`
}

// Conversation is an answer by voice.
type Conversation struct {
	Text          string       `json:"text" doc:"What the agent answers"`
	Audio         string       `json:"audio" doc:"The same as audio, in base64; empty when the agent stayed silent"`
	Format        string       `json:"format" enum:"wav,mp3"`
	Duration      float64      `json:"duration" doc:"Of the audio, in seconds"`
	Transcription string       `json:"transcription" doc:"What was understood"`
	Heard         string       `json:"heardBy,omitempty" doc:"The engine that heard it"`
	Engine        string       `json:"engine" doc:"The engine that speaks"`
	Voice         string       `json:"voice,omitempty"`
	ChannelID     eliza.ID     `json:"channelId"`
	MessageID     eliza.ID     `json:"messageId"`
	ReplyID       eliza.ID     `json:"replyId,omitzero"`
	Reason        eliza.Reason `json:"reason,omitempty" doc:"Why the agent stayed silent"`
	Detail        string       `json:"detail,omitempty" doc:"The same as a sentence"`
}

type processedAudio struct {
	Text          string `json:"text" doc:"What was understood"`
	Response      string `json:"response" doc:"What the agent answers"`
	AudioResponse string `json:"audioResponse" doc:"The same as audio, in base64"`
	Format        string `json:"format" enum:"wav,mp3"`
}

// talk is the talk that a request asks for.
func (a *API) talk(ctx context.Context, in *converseBody) (conversation.Talk, recording, error) {
	r, err := in.read()
	if err != nil {
		return conversation.Talk{}, r, err
	}
	t := conversation.Talk{AgentID: eliza.ID(in.AgentID), Recording: r.audio, Language: r.fields["language"], UserName: firstOf(r.fields, "userName", "name"), Metadata: r.metadata()}
	if len(t.Language) > 40 || len(t.UserName) > 500 {
		return t, r, eliza.Errorf(eliza.CodeInvalidRequest, "language or userName: too long")
	}
	t.Wish = speech.Wish{Voice: r.fields["voice"], Language: r.fields["voiceLanguage"]}
	for _, id := range []struct {
		into  *eliza.ID
		names []string
	}{
		{&t.UserID, []string{"userId", "entityId", "senderId", "author_id"}}, {&t.ChannelID, []string{"channelId", "roomId", "channel_id"}},
		{&t.ServerID, []string{"messageServerId", "message_server_id", "serverId"}},
	} {
		if *id.into, err = r.id(id.names...); err != nil {
			return t, r, err
		}
	}
	return t, r, a.permitTalk(ctx, &t)
}

// permitTalk holds a talk to the channels and the name of whoever asks.
func (a *API) permitTalk(ctx context.Context, t *conversation.Talk) error {
	v := visitOf(ctx)
	if v.entity != eliza.NoID {
		t.UserID = cmp.Or(t.UserID, v.entity)
		err := a.permitAuthor(ctx, "userId", t.UserID)
		if err == nil && t.ChannelID != eliza.NoID {
			err = a.permitEntityOpening(ctx, v.entity, t.ChannelID.String())
		}
		if err != nil {
			return err
		}
	}
	return a.permitOpening(ctx, v.grant, t.ChannelID)
}

func firstOf(fields map[string]string, names ...string) string {
	for _, name := range names {
		if fields[name] != "" {
			return fields[name]
		}
	}
	return ""
}

// id reads an id from a field; NoID when it is absent. Error code: INVALID_ID.
func (r recording) id(names ...string) (eliza.ID, error) {
	text := firstOf(r.fields, names...)
	if text == "" {
		return eliza.NoID, nil
	}
	id, err := eliza.ParseID(text)
	if err != nil {
		return eliza.NoID, eliza.Errorf(eliza.CodeInvalidID, "%s: not an id", names[0])
	}
	return id, nil
}

// metadata is what a client sends along as JSON; nil when it is none.
func (r recording) metadata() map[string]any {
	var m map[string]any
	// A field that is no object is as good as none.
	_ = json.Unmarshal([]byte(r.fields["metadata"]), &m)
	return m
}

func (a *API) converse(ctx context.Context, in *converseBody) (*huma.StreamResponse, error) {
	t, r, err := a.talk(ctx, in)
	if err != nil {
		return nil, fail(err)
	}
	if strings.Contains(in.Accept, "text/event-stream") || r.fields["transport"] == "sse" || r.fields["transport"] == "stream" {
		return a.converseOverSSE(t, a.format(r.fields["format"])), nil
	}
	c, err := a.spokenAnswer(ctx, t, a.format(r.fields["format"]))
	if err != nil {
		return nil, fail(err)
	}
	return jsonResponse(http.StatusOK, success[Conversation]{true, c.view()}), nil
}

func (a *API) processAudio(ctx context.Context, in *converseBody) (*answer[processedAudio], error) {
	t, r, err := a.talk(ctx, in)
	if err != nil {
		return nil, fail(err)
	}
	c, err := a.spokenAnswer(ctx, t, a.format(r.fields["format"]))
	if err != nil {
		return nil, fail(err)
	}
	return ok(processedAudio{c.reply.Heard.Transcript.Text, c.reply.Text, base64Text(c.file), string(c.format)}), nil
}

func (a *API) converseOrSpeak(ctx context.Context, in *converseBody) (*huma.StreamResponse, error) {
	t, r, err := a.talk(ctx, in)
	if err != nil {
		return nil, fail(err)
	}
	if len(t.Recording) > 0 || r.fields["text"] == "" && r.fields["messages"] == "" {
		return a.converse(ctx, in)
	}
	t.Text = r.fields["text"]
	if t.Text == "" {
		var messages []struct{ Text string }
		if json.Unmarshal([]byte(r.fields["messages"]), &messages) != nil || len(messages) == 0 {
			return nil, fail(eliza.Errorf(eliza.CodeInvalidRequest, "messages: a list of messages with a text is required"))
		}
		t.Text = messages[len(messages)-1].Text
	}
	if err := speech.CheckText(t.Text); err != nil {
		return nil, fail(err)
	}
	c, err := a.spokenAnswer(ctx, t, a.format(r.fields["format"]))
	if err != nil {
		return nil, fail(err)
	}
	if len(c.file) == 0 {
		return nil, fail(eliza.Errorf(eliza.CodeConflict, "The agent stayed silent: %s", c.reply.Delivery.Detail))
	}
	s := spoken{file: c.file, format: c.format, speaker: c.reply.Heard.Speaker}
	return s.response(), nil
}

// spokenReply is a whole answer as one file.
type spokenReply struct {
	reply  *conversation.Reply
	file   []byte
	format sound.Format
	length time.Duration
}

func (c *spokenReply) view() Conversation {
	r := c.reply
	return Conversation{
		Text: r.Text, Audio: base64Text(c.file), Format: string(c.format), Duration: c.length.Seconds(), Transcription: r.Heard.Transcript.Text, Heard: r.Heard.Transcript.Engine,
		Engine: r.Heard.Speaker.Engine, Voice: r.Heard.Speaker.Manner.Voice, ChannelID: r.Heard.Message.ChannelID, MessageID: r.Heard.Message.ID,
		ReplyID: r.Delivery.ReplyID, Reason: r.Delivery.Reason, Detail: r.Delivery.Detail,
	}
}

// spokenAnswer holds a talk and joins the sentences of the answer.
func (a *API) spokenAnswer(ctx context.Context, t conversation.Talk, format sound.Format) (*spokenReply, error) {
	var file *sound.Encoder
	reply, err := a.Talks.Talk(ctx, t, func(e conversation.Event) (err error) {
		said, is := e.(conversation.Said)
		if !is || len(said.Clip.Samples) == 0 {
			return nil
		}
		if file == nil {
			if file, err = a.Speech.Codec.Encode(ctx, format, said.Clip.Rate); err != nil {
				return err
			}
		}
		return file.Add(said.Clip)
	})
	if file != nil {
		defer file.Close()
	}
	if err != nil {
		return nil, err
	}
	c := &spokenReply{reply: reply, format: format, length: reply.Duration()}
	if file != nil {
		c.file, err = file.Finish()
	}
	return c, err
}

// The events of a talk, as server-sent events and over a socket.
type (
	heardEvent struct {
		Text      string   `json:"text"`
		Engine    string   `json:"engine,omitempty"`
		MessageID eliza.ID `json:"messageId"`
		ChannelID eliza.ID `json:"channelId"`
	}
	audioEvent struct {
		Index    int    `json:"index"`
		Text     string `json:"text"`
		Audio    string `json:"audio"`
		Format   string `json:"format"`
		Start    int64  `json:"startMs"`
		Duration int64  `json:"durationMs"`
	}
	talkEnded struct {
		Text    string       `json:"text"`
		ReplyID eliza.ID     `json:"replyId,omitzero"`
		Engine  string       `json:"engine"`
		Voice   string       `json:"voice,omitempty"`
		Length  int64        `json:"durationMs"`
		Reason  eliza.Reason `json:"reason,omitempty"`
		Detail  string       `json:"detail,omitempty"`
	}
	talkFailed struct {
		Code  string `json:"code"`
		Error string `json:"error"`
	}
)

func viewHeard(h conversation.Heard) heardEvent {
	return heardEvent{h.Transcript.Text, h.Transcript.Engine, h.Message.ID, h.Message.ChannelID}
}

func viewTalkEnded(r *conversation.Reply) talkEnded {
	s := r.Heard.Speaker
	return talkEnded{r.Text, r.Delivery.ReplyID, s.Engine, s.Manner.Voice, r.Duration().Milliseconds(), r.Delivery.Reason, r.Delivery.Detail}
}

func viewTalkFailed(err error) talkFailed {
	f := fail(err)
	return talkFailed{f.Problem.Code, f.Problem.Message}
}

// converseOverSSE sends each sentence as a file of its own. Every event of the
// stream is there before the next sentence is spoken.
func (a *API) converseOverSSE(t conversation.Talk, format sound.Format) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(h huma.Context) {
		s := newEventStream(h)
		defer s.close()
		reply, err := a.Talks.Talk(h.Context(), t, func(e conversation.Event) error {
			switch e := e.(type) {
			case conversation.Heard:
				s.send("", "heard", viewHeard(e))
			case conversation.Said:
				file, err := a.sentenceFile(h.Context(), e, format)
				if err != nil {
					return err
				}
				s.send("", "audio", audioEvent{e.Index, e.Text, base64Text(file), string(format), e.Start.Milliseconds(), e.Clip.Duration().Milliseconds()})
			}
			return s.err
		})
		if err != nil {
			a.Log.Debug("a talk failed", "agent", t.AgentID, "error", err)
			s.send("", "error", viewTalkFailed(err))
			return
		}
		s.send("", "done", viewTalkEnded(reply))
	}}
}

// sentenceFile is a sentence as a file; empty for what cannot be said aloud.
func (a *API) sentenceFile(ctx context.Context, said conversation.Said, format sound.Format) ([]byte, error) {
	if len(said.Clip.Samples) == 0 {
		return nil, nil
	}
	return a.Speech.Codec.File(ctx, format, said.Clip)
}
