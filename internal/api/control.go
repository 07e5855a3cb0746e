package api

import (
	"context"

	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/eliza"
)

func (a *API) controlRoutes() {
	const one, old = "/api/messaging/channels/{channelId}", "/api/messaging/central-channels/{channelId}"
	add(a, operation{id: "control-channel", method: "POST", paths: []string{one + "/control", old + "/control"}, tag: "Channels", errors: []int{404},
		summary: "Let the clients of a channel lock or unlock their input", about: "The channel's sockets hear a controlMessage; nothing is stored."}, a.controlChannel)
}

type controlBody struct {
	ChannelPath
	Body struct {
		Action string `json:"action" enum:"disable_input,enable_input"`
		Target string `json:"target,omitempty" maxLength:"200" doc:"What of the client is meant, such as an element or an entity; all of it when absent"`
	}
}

type controlView struct {
	Action    string   `json:"action" enum:"disable_input,enable_input"`
	Target    string   `json:"target,omitempty"`
	ChannelID eliza.ID `json:"channelId"`
	RoomID    eliza.ID `json:"roomId" doc:"The channel under its older name"`
}

func viewControl(e bus.Controlled) controlView {
	return controlView{e.Action, e.Target, e.ChannelID, e.ChannelID}
}

func (a *API) controlChannel(ctx context.Context, in *controlBody) (*answer[controlView], error) {
	e := bus.Controlled{ChannelID: eliza.ID(in.ChannelID), Action: in.Body.Action, Target: in.Body.Target}
	if err := a.Messaging.Control(ctx, e); err != nil {
		return nil, fail(err)
	}
	return ok(viewControl(e)), nil
}
