package offline

import "strings"

// The actions that change how an agent takes part in a room.
const (
	muteRoom     = "MUTE_ROOM"
	unmuteRoom   = "UNMUTE_ROOM"
	followRoom   = "FOLLOW_ROOM"
	unfollowRoom = "UNFOLLOW_ROOM"
)

var roomPhrases = map[string]string{
	"mute": muteRoom, "mute yourself": muteRoom, "be quiet": muteRoom, "be silent": muteRoom, "stay quiet": muteRoom, "stay silent": muteRoom,
	"stop talking": muteRoom, "stop answering": muteRoom, "stop responding": muteRoom, "shut up": muteRoom,
	"unmute": unmuteRoom, "unmute yourself": unmuteRoom, "talk again": unmuteRoom, "speak again": unmuteRoom, "you can talk again": unmuteRoom,
	"you may talk again": unmuteRoom, "you can speak again": unmuteRoom, "you may speak again": unmuteRoom,
	"follow": followRoom, "unfollow": unfollowRoom, "stop following": unfollowRoom,
}

// commandOf returns the room action that a plain message asks for, "" when it
// asks for none.
func commandOf(plain string) string {
	for _, place := range []string{"room", "channel", "chat", "conversation", "group"} {
		for _, which := range []string{"this ", "the ", "in this ", "in the "} {
			plain = strings.TrimSuffix(plain, " "+which+place)
		}
	}
	return roomPhrases[strings.TrimSuffix(plain, " here")]
}

func roomCommand(t *talk) (answer, bool) {
	action := commandOf(t.plain)
	if action == "" {
		return answer{}, false
	}
	return t.call(action, nil), true
}
