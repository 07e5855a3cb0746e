package socketio

// EmitVolatile is Emit for an event that is worth nothing later: it is not kept
// for a client that is away (see Recovery), and gets ErrDisconnected.
func (s *Socket) EmitVolatile(event string, args ...any) error {
	e, err := encodeEvent(s.namespace.name, event, args, nil)
	if err != nil {
		return err
	}
	return s.send(e.finish())
}
