package agent

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/analysis"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/template"
)

// verdict is whether an agent answers a message, and why not.
type verdict struct {
	answer bool
	ask    bool // only a model can tell
	reason eliza.Reason
	detail string
}

// shouldRespond decides by what is certain: who is there, who is named, what
// the agent decided about the room. It follows ElizaOS 1.7.2, but for two
// things: a message between agents is answered only when the agent is named,
// and whatever is not decided here is said to need the model.
func shouldRespond(t *Turn) verdict {
	named := t.named()
	switch {
	case t.Room.State == eliza.RoomMuted && !named:
		return verdict{reason: eliza.ReasonMuted, detail: t.Agent.Name + " muted this room and was not named."}
	case t.Room.Type.Private(), named:
		return verdict{answer: true}
	case t.Message.Hops > 0:
		return verdict{reason: eliza.ReasonNotAddressed, detail: "The message is another agent's and does not name " + t.Agent.Name + "."}
	case t.Room.State == eliza.RoomFollowed, strings.Contains(t.Message.SourceType, "client_chat"), t.bypasses():
		return verdict{answer: true}
	}
	return verdict{ask: true}
}

// bypasses reports whether the character answers every message of this kind of
// room or of this source, by ElizaOS's settings, each a list with commas.
func (t *Turn) bypasses() bool {
	for key, value := range map[string]string{
		"ALWAYS_RESPOND_CHANNELS": string(t.Room.Type), "SHOULD_RESPOND_BYPASS_TYPES": string(t.Room.Type),
		"ALWAYS_RESPOND_SOURCES": t.Message.SourceType, "SHOULD_RESPOND_BYPASS_SOURCES": t.Message.SourceType,
	} {
		for part := range strings.SplitSeq(strings.Trim(t.Agent.Character.Setting(key), "[]"), ",") {
			part = strings.ToLower(strings.Trim(part, " \"'"))
			if part != "" && (strings.EqualFold(part, value) || strings.HasSuffix(key, "SOURCES") && strings.Contains(strings.ToLower(value), part)) {
				return true
			}
		}
	}
	return false
}

// named reports whether the message is for this agent by its words: its name
// or username as a word of its own, in any spelling, a mention in the metadata, or a reply to
// something the agent said.
func (t *Turn) named() bool {
	for _, name := range []string{t.Agent.Name, t.Agent.Character.Username} {
		if analysis.Named(t.Message.Content, name) {
			return true
		}
	}
	mention, _ := t.Message.Metadata["mentionContext"].(map[string]any)
	for _, key := range []string{"isMention", "isReply"} {
		if yes, _ := mention[key].(bool); yes {
			return true
		}
	}
	return t.repliesToAgent
}

const askRespond = `You decide whether %NAME% should answer the last message of a group conversation. You do not answer the message yourself.
RESPOND means that the message is meant for %NAME%, or that %NAME% can clearly help. IGNORE means that it is for others. STOP means that the people asked %NAME% to be silent.
Answer with exactly one word, RESPOND, IGNORE or STOP, without any explanation.`

// thinkingRoom is how many tokens a model may write for a decision or a title
// of a few words: some think before they answer.
const thinkingRoom = 2048

// askModel lets the model decide what shouldRespond left open.
func (t *Turn) askModel(ctx context.Context) (verdict, error) {
	system := strings.ReplaceAll(askRespond, "%NAME%", t.Agent.Name)
	if filled, ok := t.prompt(ctx, respondTemplate); ok {
		system = filled
	}
	turns := slices.Clone(t.conversation)
	for i := range turns {
		turns[i].Text = ends(turns[i].Text, maxDecided)
	}
	answer, err := t.generate(ctx, model.Request{
		Purpose: model.ForShouldRespond, System: system, Turns: turns, MaxTokens: thinkingRoom, Scene: t.scene(),
	}, nil)
	if err != nil {
		return verdict{}, err
	}
	decision := template.Decide(answer.Text)
	t.event("SHOULD_RESPOND", map[string]any{"decision": cmp.Or(string(decision), "unreadable")})
	switch decision {
	case template.Respond:
		return verdict{answer: true}, nil
	case template.Undecided:
		return verdict{reason: eliza.ReasonNotAddressed, detail: "The model's decision whether " + t.Agent.Name + " should answer could not be read."}, nil
	case template.Stop:
		muted := eliza.RoomMuted
		t.effects.RoomState = &muted
		return verdict{reason: eliza.ReasonMuted, detail: t.Agent.Name + " was asked to be silent and muted this room."}, nil
	}
	return verdict{reason: eliza.ReasonNotAddressed, detail: "The message is not for " + t.Agent.Name + "."}, nil
}
