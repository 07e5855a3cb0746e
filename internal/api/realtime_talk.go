package api

import (
	"context"
	"errors"
	"time"

	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech/sound"
)

// run holds a talk to its end. A panic in it ends this talk alone.
func (l *liveTalks) run(ctx context.Context, t *liveTalk) {
	defer close(t.done)
	defer func() {
		if p := recover(); p != nil {
			l.rt.api.Log.Error("a talk panicked", "agent", t.talk.AgentID, "error", eliza.Recovered(p))
			l.fail(t, eliza.Errorf(eliza.CodeInternal, "Internal server error"))
		}
	}()
	if before := t.before; before != nil { // its answer must be cut before the model reads it
		t.before = nil
		<-before.done
	}
	reply, err := l.rt.api.Talks.Talk(ctx, t.talk, func(e conversation.Event) error { return l.tell(ctx, t, e) })
	t.talk.Recording = nil
	t.mu.Lock()
	t.reply = reply
	cut := t.cut
	t.mu.Unlock()
	switch {
	case cut:
		l.shorten(t)
	case errors.Is(err, context.Canceled):
		// The client is gone; the answer is written all the same.
	case err != nil:
		l.rt.api.Log.Debug("a talk failed", "agent", t.talk.AgentID, "error", err)
		l.fail(t, err)
	default:
		l.ended(t, viewTalkEnded(reply), false)
	}
}

// tell turns the events of a talk into those of the socket.
func (l *liveTalks) tell(ctx context.Context, t *liveTalk, e conversation.Event) error {
	switch e := e.(type) {
	case conversation.Heard:
		h := viewHeard(e)
		l.rt.emit(t.socket, "audioHeard", map[string]any{
			"talkId": t.id, "text": h.Text, "engine": h.Engine, "messageId": h.MessageID, "channelId": h.ChannelID,
		})
	case conversation.Said:
		if len(e.Clip.Samples) == 0 {
			return nil
		}
		audio := e.Clip.PCM()
		if t.format != "pcm" {
			var err error
			if audio, err = l.rt.api.sentenceFile(ctx, e, sound.Format(t.format)); err != nil {
				return err
			}
		}
		t.mu.Lock()
		first := t.sounding.IsZero()
		if first {
			t.sounding = time.Now()
		}
		t.mu.Unlock()
		if first {
			l.rt.emit(t.socket, "audioReplyStart", map[string]any{"talkId": t.id, "format": t.format, "sampleRate": e.Clip.Rate})
		}
		l.rt.emit(t.socket, "audioReplyChunk", map[string]any{
			"talkId": t.id, "index": e.Index, "text": e.Text, "audio": audio, "format": t.format, "sampleRate": e.Clip.Rate,
			"startMs": e.Start.Milliseconds(), "durationMs": e.Clip.Duration().Milliseconds(),
		})
	}
	return ctx.Err()
}

// interrupt ends a talk's answer where the person spoke on, once.
func (l *liveTalks) interrupt(t *liveTalk, heardMillis *int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cut {
		return
	}
	t.cut = true
	if heardMillis != nil {
		listened := time.Duration(max(0, min(*heardMillis, time.Hour.Milliseconds()))) * time.Millisecond
		t.listened = &listened
	} else if !t.sounding.IsZero() {
		listened := time.Since(t.sounding)
		t.listened = &listened
	}
	if t.reply == nil { // run will shorten it
		t.cancel()
		return
	}
	again := make(chan struct{})
	l.mu.Lock()
	ended := t.done
	t.done = again
	l.mu.Unlock()
	l.running.Go(func() {
		defer close(again)
		<-ended
		l.shorten(t)
	})
}

// shorten stores what was heard of an answer and tells it.
func (l *liveTalks) shorten(t *liveTalk) {
	var ended talkEnded
	if t.reply != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.socket.Context()), interruptTime)
		defer cancel()
		var listened time.Duration
		if t.listened != nil {
			listened = *t.listened
		}
		heard, err := l.rt.api.Talks.Interrupt(ctx, t.reply, listened)
		if err != nil {
			l.rt.api.Log.Warn("an interrupted answer could not be cut", "agent", t.talk.AgentID, "error", err)
		}
		ended = viewTalkEnded(t.reply)
		ended.Text = heard
	}
	l.ended(t, ended, true)
}

func (l *liveTalks) ended(t *liveTalk, e talkEnded, interrupted bool) {
	payload := map[string]any{
		"talkId": t.id, "text": e.Text, "replyId": e.ReplyID, "engine": e.Engine, "voice": e.Voice, "durationMs": e.Length, "interrupted": interrupted,
	}
	if e.Reason != "" {
		payload["reason"], payload["detail"] = e.Reason, e.Detail
	}
	l.rt.emit(t.socket, "audioReplyEnd", payload)
}

func (l *liveTalks) fail(t *liveTalk, err error) {
	f := viewTalkFailed(err)
	l.rt.emit(t.socket, "audioError", map[string]any{"talkId": t.id, "code": f.Code, "error": f.Error})
}
