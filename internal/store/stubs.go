package store

import (
	"context"
	"errors"
	"time"

	"github.com/elizad/elizad/internal/eliza"
)

var errStub = errors.New("not written yet")

type Config struct {
	DataDir     string
	PostgresURL string
	Node        string
	LeaseTTL    time.Duration
}

type Store struct{}

func Open(ctx context.Context, c Config) (*Store, error)       { return nil, errStub }
func (s *Store) Close() error                                  { return errStub }
func (s *Store) Owner() string                                 { return "" }
func (s *Store) Ping(ctx context.Context) error                { return errStub }
func (s *Store) Stats(ctx context.Context) (st Stats, e error) { return st, errStub }

func (s *Store) CreateAgent(ctx context.Context, a eliza.Agent) error { return errStub }
func (s *Store) Agent(ctx context.Context, id eliza.ID) (a eliza.Agent, e error) {
	return a, errStub
}
func (s *Store) Agents(ctx context.Context) ([]eliza.Agent, error) { return nil, errStub }
func (s *Store) UpdateAgent(ctx context.Context, id eliza.ID, change func(*eliza.Agent) error) (a eliza.Agent, e error) {
	return a, errStub
}
func (s *Store) DeleteAgent(ctx context.Context, id eliza.ID) error { return errStub }

func (s *Store) CreateServer(ctx context.Context, m eliza.MessageServer) error { return errStub }
func (s *Store) Server(ctx context.Context, id eliza.ID) (m eliza.MessageServer, e error) {
	return m, errStub
}
func (s *Store) Servers(ctx context.Context) ([]eliza.MessageServer, error) { return nil, errStub }
func (s *Store) UpdateServer(ctx context.Context, id eliza.ID, change func(*eliza.MessageServer) error) (m eliza.MessageServer, e error) {
	return m, errStub
}
func (s *Store) DeleteServer(ctx context.Context, id eliza.ID) error { return errStub }
func (s *Store) AddServerAgent(ctx context.Context, server, agent eliza.ID) error {
	return errStub
}
func (s *Store) RemoveServerAgent(ctx context.Context, server, agent eliza.ID) error {
	return errStub
}
func (s *Store) ServerAgents(ctx context.Context, server eliza.ID) ([]eliza.ID, error) {
	return nil, errStub
}
func (s *Store) AgentServers(ctx context.Context, agent eliza.ID) ([]eliza.ID, error) {
	return nil, errStub
}

func (s *Store) CreateChannel(ctx context.Context, c eliza.Channel, participants []eliza.ID) error {
	return errStub
}
func (s *Store) Channel(ctx context.Context, id eliza.ID) (c eliza.Channel, e error) {
	return c, errStub
}
func (s *Store) Channels(ctx context.Context, server eliza.ID) ([]eliza.Channel, error) {
	return nil, errStub
}
func (s *Store) UpdateChannel(ctx context.Context, id eliza.ID, change func(*eliza.Channel) error) (c eliza.Channel, e error) {
	return c, errStub
}
func (s *Store) DeleteChannel(ctx context.Context, id eliza.ID) error { return errStub }
func (s *Store) Participants(ctx context.Context, channel eliza.ID) ([]Participant, error) {
	return nil, errStub
}
func (s *Store) SetParticipants(ctx context.Context, channel eliza.ID, entities []eliza.ID) error {
	return errStub
}
func (s *Store) AddParticipant(ctx context.Context, channel, entity eliza.ID) error { return errStub }
func (s *Store) RemoveParticipant(ctx context.Context, channel, entity eliza.ID) error {
	return errStub
}
func (s *Store) FindOrCreateDM(ctx context.Context, server, a, b eliza.ID) (c eliza.Channel, e error) {
	return c, errStub
}
func (s *Store) ChannelAgents(ctx context.Context, channel eliza.ID) ([]AgentRef, error) {
	return nil, errStub
}

func (s *Store) AcceptMessage(ctx context.Context, in Incoming) (a Accepted, e error) {
	return a, errStub
}
func (s *Store) Message(ctx context.Context, id eliza.ID) (m eliza.Message, e error) {
	return m, errStub
}
func (s *Store) Messages(ctx context.Context, channel eliza.ID, q MessageQuery) ([]eliza.Message, error) {
	return nil, errStub
}
func (s *Store) EditMessage(ctx context.Context, id eliza.ID, edit MessageEdit) (m eliza.Message, e error) {
	return m, errStub
}
func (s *Store) DeleteMessage(ctx context.Context, id eliza.ID) (m eliza.Message, e error) {
	return m, errStub
}
func (s *Store) ClearChannel(ctx context.Context, channel eliza.ID) (int, error) { return 0, errStub }

func (s *Store) Deliveries(ctx context.Context, message eliza.ID) ([]eliza.Delivery, error) {
	return nil, errStub
}
func (s *Store) PendingDeliveries(ctx context.Context, agent, channel eliza.ID) ([]eliza.Delivery, error) {
	return nil, errStub
}
func (s *Store) OwnedDeliveries(ctx context.Context, limit int) ([]eliza.Delivery, error) {
	return nil, errStub
}
func (s *Store) ReclaimDeliveries(ctx context.Context, limit int) ([]eliza.Delivery, error) {
	return nil, errStub
}
func (s *Store) ReleaseDeliveries(ctx context.Context) (int, error)           { return 0, errStub }
func (s *Store) Heartbeat(ctx context.Context) error                          { return errStub }
func (s *Store) FinishTurn(ctx context.Context, t Turn) (f Finished, e error) { return f, errStub }
func (s *Store) EnsureView(ctx context.Context, v View) error                 { return errStub }
func (s *Store) World(ctx context.Context, agent, id eliza.ID) (w eliza.World, e error) {
	return w, errStub
}
func (s *Store) Worlds(ctx context.Context, agent eliza.ID) ([]eliza.World, error) {
	return nil, errStub
}
func (s *Store) UpdateWorld(ctx context.Context, agent, id eliza.ID, change func(*eliza.World) error) (w eliza.World, e error) {
	return w, errStub
}
func (s *Store) DeleteWorld(ctx context.Context, agent, id eliza.ID) error { return errStub }
func (s *Store) Room(ctx context.Context, agent, id eliza.ID) (r eliza.Room, e error) {
	return r, errStub
}
func (s *Store) Rooms(ctx context.Context, agent eliza.ID) ([]eliza.Room, error) {
	return nil, errStub
}
func (s *Store) UpdateRoom(ctx context.Context, agent, id eliza.ID, change func(*eliza.Room) error) (r eliza.Room, e error) {
	return r, errStub
}
func (s *Store) DeleteRoom(ctx context.Context, agent, id eliza.ID) error { return errStub }
func (s *Store) SetRoomState(ctx context.Context, agent, room eliza.ID, state eliza.RoomState) error {
	return errStub
}
func (s *Store) Entity(ctx context.Context, agent, id eliza.ID) (en eliza.Entity, e error) {
	return en, errStub
}
func (s *Store) Entities(ctx context.Context, agent eliza.ID, ids []eliza.ID) ([]eliza.Entity, error) {
	return nil, errStub
}
func (s *Store) UpdateEntity(ctx context.Context, agent, id eliza.ID, change func(*eliza.Entity) error) (en eliza.Entity, e error) {
	return en, errStub
}

func (s *Store) Memories(ctx context.Context, agent eliza.ID, q MemoryQuery) ([]eliza.Memory, int, error) {
	return nil, 0, errStub
}
func (s *Store) Memory(ctx context.Context, agent, id eliza.ID) (m eliza.Memory, e error) {
	return m, errStub
}
func (s *Store) CreateMemory(ctx context.Context, m eliza.Memory) error { return errStub }
func (s *Store) CreateMemories(ctx context.Context, m []eliza.Memory) (int, error) {
	return 0, errStub
}
func (s *Store) UpdateMemory(ctx context.Context, agent, id eliza.ID, change func(*eliza.Memory) error) (m eliza.Memory, e error) {
	return m, errStub
}
func (s *Store) DeleteMemory(ctx context.Context, agent, id eliza.ID) error { return errStub }
func (s *Store) DeleteMemories(ctx context.Context, agent eliza.ID, ids []eliza.ID) (int, error) {
	return 0, errStub
}
func (s *Store) DeleteMemoriesWhere(ctx context.Context, agent eliza.ID, q MemoryQuery) (int, error) {
	return 0, errStub
}
func (s *Store) Unembedded(ctx context.Context, model string, limit int) ([]eliza.Memory, error) {
	return nil, errStub
}
func (s *Store) PutEmbeddings(ctx context.Context, model string, v []Vector) error { return errStub }
func (s *Store) Embeddings(ctx context.Context, model string, memories []eliza.ID) ([]Vector, error) {
	return nil, errStub
}
func (s *Store) Recall(ctx context.Context, q RecallQuery) ([]Hit, error) { return nil, errStub }

func (s *Store) Runs(ctx context.Context, agent eliza.ID, q RunQuery) ([]eliza.Run, int, error) {
	return nil, 0, errStub
}
func (s *Store) Run(ctx context.Context, agent, id eliza.ID) (r eliza.Run, e error) {
	return r, errStub
}
func (s *Store) Logs(ctx context.Context, agent eliza.ID, q LogQuery) ([]eliza.Log, error) {
	return nil, errStub
}
func (s *Store) Log(ctx context.Context, agent, id eliza.ID) (l eliza.Log, e error) {
	return l, errStub
}
func (s *Store) DeleteLog(ctx context.Context, agent, id eliza.ID) error { return errStub }
func (s *Store) AppendLogs(ctx context.Context, logs []eliza.Log) error  { return errStub }
