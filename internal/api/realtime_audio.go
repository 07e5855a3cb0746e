package api

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
	"github.com/elizad/elizad/internal/speech/sound"
	"github.com/elizad/elizad/socketio"
)

const (
	maxLiveRecording = 8 << 20 // bytes of one recording: four minutes of samples
	maxLiveTalks     = 256     // sockets that talk at once
	interruptTime    = 15 * time.Second
)

// liveTalks are the talks of sockets: a client sends audioStart, audioChunk as
// the microphone gives it, and audioEnd; it hears audioHeard, audioReplyStart,
// audioReplyChunk for each sentence, and audioReplyEnd. audioStop, or another
// audioStart, interrupts the agent. docs/VOICE.md
// describes the events.
type liveTalks struct {
	rt      *realtime
	running sync.WaitGroup

	mu sync.Mutex
	of map[string]*liveTalk // the newest of each socket, by its id
}

func newLiveTalks(rt *realtime) *liveTalks {
	l := &liveTalks{rt: rt, of: map[string]*liveTalk{}}
	rt.all.On("audioStart", l.start)
	rt.all.On("audioChunk", l.chunk)
	rt.all.On("audioEnd", l.end)
	rt.all.On("audioStop", l.stop)
	rt.api.declare(Policy{Method: socketEvent, Path: "audioStart", Needs: eliza.RightWrite, Agents: true})
	rt.all.OnDisconnect(func(s *socketio.Socket, _ socketio.Reason) { l.replace(s, nil) })
	return l
}

// liveTalk is one question and its answer. The answer of a client that goes
// away is written to its end; only who speaks on cuts it.
type liveTalk struct {
	id     string
	socket *socketio.Socket
	talk   conversation.Talk
	rate   int    // of samples without a head; 0 for a file
	format string // of the answer: wav, mp3 or pcm
	before *liveTalk

	recording []byte // touched by the socket's handlers alone

	mu       sync.Mutex
	cancel   context.CancelFunc // nil before audioEnd
	reply    *conversation.Reply
	sounding time.Time      // when the first audio was sent
	cut      bool           // somebody spoke on
	listened *time.Duration // as the client says, nil when it does not
	done     chan struct{}  // closed when the answer and its cutting are over; nil before audioEnd
}

type audioStart struct {
	TalkID          string  `json:"talkId"`
	AgentID         string  `json:"agentId"`
	ChannelID       string  `json:"channelId"`
	RoomID          string  `json:"roomId"`
	MessageServerID string  `json:"messageServerId"`
	ServerID        string  `json:"serverId"`
	SenderID        string  `json:"senderId"`
	SenderName      string  `json:"senderName"`
	Language        string  `json:"language"`
	Voice           string  `json:"voice"`
	Speed           float64 `json:"speed"`
	SampleRate      int     `json:"sampleRate"`
	Format          string  `json:"format"`
	HeardMillis     *int64  `json:"heardMs"`
}

// start begins a recording, and interrupts what the socket heard before.
func (l *liveTalks) start(ctx context.Context, e *socketio.Event) {
	var p audioStart
	if e.Args.Decode(&p) != nil {
		l.refuse(e, "", eliza.Errorf(eliza.CodeInvalidRequest, "audioStart: a field is of the wrong type"))
		return
	}
	g := guestOf(e.Socket)
	if !l.rt.permits(ctx, e, g, eliza.RightWrite) {
		return
	}
	t, err := l.read(e.Socket, g, &p)
	if err == nil {
		err = l.permit(ctx, g, t)
	}
	if err != nil {
		l.refuse(e, p.TalkID, err)
		return
	}
	if !l.replace(e.Socket, t) {
		l.refuse(e, t.id, eliza.Errorf(eliza.CodeUnavailable, "Too many talks at once"))
		return
	}
	if t.before != nil {
		l.interrupt(t.before, p.HeardMillis)
	}
	l.rt.ack(e, map[string]any{"talkId": t.id})
}

func (l *liveTalks) read(s *socketio.Socket, g *guest, p *audioStart) (*liveTalk, error) {
	t := &liveTalk{id: cmp.Or(p.TalkID, eliza.NewID().String()), socket: s, rate: p.SampleRate, format: cmp.Or(p.Format, "wav")}
	if len(t.id) > 200 || len(p.Language) > 40 || len(p.SenderName) > 500 {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "talkId, language or senderName: too long")
	}
	if t.rate != 0 && (t.rate < 4000 || t.rate > 192000) {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "sampleRate: allowed is a number from 4000 to 192000")
	}
	switch t.format {
	case "wav", "pcm":
	case "mp3":
		if !l.rt.api.Speech.Codec.Writes(sound.MP3) {
			return nil, eliza.Errorf(eliza.CodeInvalidRequest, "format: mp3 needs lame or ffmpeg on the server's machine")
		}
	default:
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "format: allowed is wav, mp3 or pcm")
	}
	t.talk = conversation.Talk{
		UserName: p.SenderName, Language: p.Language, Wish: speech.Wish{Voice: p.Voice, Speed: p.Speed},
		Origin: bus.Origin{SocketID: s.ID(), ClientMessageID: t.id},
	}
	t.talk.UserID = g.entity
	for _, id := range []struct {
		name, value string
		into        *eliza.ID
	}{
		{"agentId", p.AgentID, &t.talk.AgentID}, {"channelId", cmp.Or(p.ChannelID, p.RoomID), &t.talk.ChannelID},
		{"messageServerId", cmp.Or(p.MessageServerID, p.ServerID), &t.talk.ServerID}, {"senderId", p.SenderID, &t.talk.UserID},
	} {
		if id.value == "" {
			continue
		}
		parsed, err := eliza.ParseID(id.value)
		if err != nil {
			return nil, eliza.Errorf(eliza.CodeInvalidID, "%s: not an id", id.name)
		}
		*id.into = parsed
	}
	if t.talk.AgentID == eliza.NoID {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "agentId: an id is required")
	}
	_, err := l.rt.actor(g, "senderId", t.talk.UserID)
	return t, err
}

// permit counts a talk as a message is, and holds a key of one agent to it, and
// an entity that is kept apart to its channels.
func (l *liveTalks) permit(ctx context.Context, g *guest, t *liveTalk) error {
	if err := l.rt.api.limits.general.take(nil, g.address); err != nil {
		return err
	}
	if g.grant.Agent != eliza.NoID && g.grant.Agent != t.talk.AgentID {
		return eliza.Errorf(eliza.CodeForbidden, otherAgent)
	}
	if l.rt.api.Isolated && t.talk.ChannelID != eliza.NoID {
		if err := l.rt.api.permitEntityOpening(ctx, g.entity, t.talk.ChannelID.String()); err != nil {
			return err
		}
	}
	return l.rt.api.permitOpening(ctx, g.grant, t.talk.ChannelID)
}

// replace makes a talk the socket's newest; nil ends the account of it. It is
// false when there are too many.
func (l *liveTalks) replace(s *socketio.Socket, t *liveTalk) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.of[s.ID()]
	if t == nil {
		delete(l.of, s.ID())
		return true
	}
	if before == nil && len(l.of) >= maxLiveTalks {
		return false
	}
	if before != nil && before.done == nil { // it was recorded only
		before = before.before
	}
	t.before = before
	l.of[s.ID()] = t
	return true
}

func (l *liveTalks) newest(s *socketio.Socket) *liveTalk {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[s.ID()]
}

// chunk takes a piece of the recording: bytes, or an object with them as
// audio, binary or in base64.
func (l *liveTalks) chunk(_ context.Context, e *socketio.Event) {
	t := l.newest(e.Socket)
	if t == nil || t.done != nil {
		l.refuse(e, "", eliza.Errorf(eliza.CodeInvalidRequest, "audioChunk: no audioStart came before it"))
		return
	}
	piece, err := audioBytes(e.Args)
	if err == nil && len(t.recording)+len(piece) > maxLiveRecording {
		err = eliza.Errorf(eliza.CodeFileTooLarge, "The recording is larger than %d MB", maxLiveRecording>>20)
	}
	if err != nil {
		l.refuse(e, t.id, err)
		return
	}
	t.recording = append(t.recording, piece...)
	l.rt.ack(e, map[string]any{"talkId": t.id})
}

func audioBytes(args socketio.Args) ([]byte, error) {
	var bare []byte
	if args.Decode(&bare) == nil && bare != nil {
		return bare, nil
	}
	var p struct {
		Audio []byte `json:"audio"`
	}
	if len(args) == 0 || args.Decode(&p) != nil || p.Audio == nil {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "audio: binary or base64 is required")
	}
	return p.Audio, nil
}

// end has the recording heard and answered.
func (l *liveTalks) end(_ context.Context, e *socketio.Event) {
	t := l.newest(e.Socket)
	if t == nil || t.done != nil {
		l.refuse(e, "", eliza.Errorf(eliza.CodeInvalidRequest, "audioEnd: no audioStart came before it"))
		return
	}
	t.talk.Recording, t.recording = t.recording, nil
	if t.rate > 0 {
		t.talk.Recording = sound.FromPCM(t.rate, t.talk.Recording).WAV()
	}
	ctx, cancel := context.WithCancel(t.socket.Context())
	l.mu.Lock() // replace reads it for another event of the socket
	t.done = make(chan struct{})
	l.mu.Unlock()
	t.cancel = cancel
	l.rt.ack(e, map[string]any{"talkId": t.id})
	l.running.Go(func() {
		defer cancel()
		l.run(ctx, t)
	})
}

// stop interrupts the answer.
func (l *liveTalks) stop(_ context.Context, e *socketio.Event) {
	var p struct {
		TalkID      string `json:"talkId"`
		HeardMillis *int64 `json:"heardMs"`
	}
	if e.Args.Decode(&p) != nil {
		l.refuse(e, "", eliza.Errorf(eliza.CodeInvalidRequest, "audioStop: a field is of the wrong type"))
		return
	}
	t := l.newest(e.Socket)
	switch {
	case t == nil || p.TalkID != "" && p.TalkID != t.id:
		l.refuse(e, p.TalkID, eliza.Errorf(eliza.CodeNotFound, "Talk not found"))
		return
	case t.done == nil: // what was recorded is not wanted
		l.replace(e.Socket, nil)
	default:
		l.interrupt(t, p.HeardMillis)
	}
	l.rt.ack(e, map[string]any{"talkId": t.id})
}

// refuse tells a client what was wrong with what it sent.
func (l *liveTalks) refuse(e *socketio.Event, talk string, err error) {
	f := viewTalkFailed(err)
	problem := map[string]any{"talkId": talk, "code": f.Code, "error": f.Error}
	l.rt.emit(e.Socket, "audioError", problem)
	l.rt.ack(e, problem)
}

// wait returns when no talk is running. The sockets must be closed.
func (l *liveTalks) wait() { l.running.Wait() }
