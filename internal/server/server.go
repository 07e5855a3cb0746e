// Package server joins the rooms to one running server: [New] opens the
// database, builds every room over it and takes the address, [Server.Run]
// serves, [Server.Close] stops in the order that loses nothing.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/agent"
	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/attachment"
	"github.com/elizad/elizad/internal/budget"
	"github.com/elizad/elizad/internal/bus"
	"github.com/elizad/elizad/internal/config"
	"github.com/elizad/elizad/internal/conversation"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/job"
	"github.com/elizad/elizad/internal/logs"
	"github.com/elizad/elizad/internal/mcp"
	"github.com/elizad/elizad/internal/media"
	"github.com/elizad/elizad/internal/memory"
	"github.com/elizad/elizad/internal/messaging"
	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/model/providers"
	"github.com/elizad/elizad/internal/outbound"
	"github.com/elizad/elizad/internal/secret"
	"github.com/elizad/elizad/internal/session"
	"github.com/elizad/elizad/internal/speech/engines"
	"github.com/elizad/elizad/internal/store"
	"github.com/elizad/elizad/internal/task"
	"github.com/elizad/elizad/internal/webhook"
	"github.com/elizad/elizad/plugin"
	"github.com/elizad/elizad/plugin/knowledge"
)

const (
	// leaseTTL is after how much silence other nodes take a server for dead.
	leaseTTL       = 10 * time.Second
	heartbeatEvery = 3 * time.Second
	reclaimEvery   = 2 * time.Second
	lookEvery      = time.Second // at the moments of sessions and jobs
	dismissEvery   = 2 * time.Second
	forgetEvery    = 20 * time.Second
	noteEvery      = time.Minute
	sweepEvery     = time.Hour
	budgetsEvery   = 2 * time.Second
	hibernateEvery = time.Minute

	// modelCalls is how often one turn may call a model.
	modelCalls = 6
	// keptLines is how much of the log clients can see.
	keptLines = 1000
	// farewell is how long requests may take to be answered after the last
	// turn has ended.
	farewell = time.Second
)

// Server is all rooms over one database, behind one address.
type Server struct {
	cfg      config.Config
	log      *slog.Logger
	logs     *logs.Ring // the newest lines of log
	listener net.Listener
	http     *http.Server

	store    *store.Store
	bus      *bus.Bus
	memory   *memory.Service
	agents   *agent.Service
	sessions *session.Service
	jobs     *job.Service
	budgets  *budget.Service
	tasks    *task.Service
	webhooks *webhook.Service
	api      *api.API
	access   *access.Service
	media    *media.Library
	mcp      *mcp.Service
	plugins  []plugin.Plugin
	// documents are what characters name that the operator has given.
	documents []knowledge.Source
	choices   []model.Choice
	hush      func() // ends the programs that speak and hear

	stopping chan struct{} // closed when somebody asks the server to stop
	stopOnce sync.Once
	quit     context.CancelFunc // ends the loops
	loops    sync.WaitGroup

	talk     *messaging.Service
	services []func(context.Context) // end the services of plugins
	// beside are the goroutines of plugins, until endBeside ends besideCtx.
	beside    sync.WaitGroup
	besideCtx context.Context
	endBeside context.CancelFunc
	beat      context.CancelFunc // ends the heartbeat, which outlives the loops
	beating   sync.WaitGroup
}

// New opens everything, with these plugins beside the ones that every server
// has, and loads the characters, but answers nobody yet. The
// settings must have been checked.
func New(ctx context.Context, cfg config.Config, log *slog.Logger, plugins ...plugin.Plugin) (*Server, error) {
	kept := logs.New(keptLines, logs.NewMask(cfg.Confidential()))
	s := &Server{cfg: cfg, log: slog.New(kept.Handler(log.Handler())), logs: kept, stopping: make(chan struct{}), quit: func() {}, beat: func() {}, hush: func() {}}
	s.besideCtx, s.endBeside = context.WithCancel(context.Background())
	s.plugins = append([]plugin.Plugin{knowledge.Plugin(s.documentSources)}, plugins...)
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *Server) open(ctx context.Context) error {
	ordered, err := checkPlugins(s.plugins)
	if err != nil {
		return err
	}
	s.plugins = ordered
	if err := s.listen(ctx); err != nil {
		return err
	}
	node, err := nodeName(s.cfg.DataDir)
	if err != nil {
		return err
	}
	s.store, err = store.Open(ctx, store.Config{
		DataDir: s.cfg.DataDir, PostgresURL: s.cfg.PostgresURL, Node: node, LeaseTTL: leaseTTL,
		Sealer: secret.New(secret.Source{DataDir: s.cfg.DataDir, Salt: s.cfg.SecretSalt, Previous: s.cfg.SecretSaltPrevious}),
	})
	if err != nil {
		return err
	}
	if n := s.store.LostCommits(); n > 0 {
		s.log.Error(api.LostCommitsSentence(n))
	}
	if err := s.sealAgents(ctx); err != nil {
		return err
	}
	if err := s.openMedia(); err != nil {
		return err
	}
	s.build(ctx)
	if err := s.budgets.Set(ctx, s.cfg.Budgets.List()); err != nil {
		return err
	}
	if err := s.initPlugins(ctx); err != nil {
		return err
	}
	return s.loadCharacters(ctx, s.cfg.Characters)
}

func (s *Server) listen(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Address())
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program or another elizad; choose another port with SERVER_PORT or --port", s.cfg.Address())
	}
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.cfg.Address(), err)
	}
	s.listener = listener
	return nil
}

// build makes the rooms, the lower ones first.
func (s *Server) build(ctx context.Context) {
	s.bus = bus.New()
	talk := messaging.New(s.store, s.bus, messaging.LoopLimits{Hops: s.cfg.AgentHops, PerMinute: s.cfg.AgentTurns})
	talk.TellWebhooks(api.Words)
	allowed := prefixesOf(s.cfg.OutboundAllow)
	s.talk = talk
	s.webhooks = webhook.New(s.store, webhook.Options{Outbound: outbound.Options{Allow: allowed}}, s.log)
	guard := outbound.New(outbound.Options{Allow: append(allowed, outbound.Loopback...)})
	s.cfg.Model.Guard, s.cfg.Speech.Guard = guard, guard
	s.cfg.Model.Fetch = outbound.New(outbound.Options{Allow: allowed})
	router := providers.New(ctx, s.cfg.Model, embedded(), pluginModels(s.plugins)...)
	s.budgets = budget.New(budget.Options{Store: s.store, Bus: s.bus, Prices: s.cfg.Budgets.Prices, Log: s.log})
	router.Measure(s.budgets)
	router.Log(s.log)
	voices, hush := engines.New(s.cfg.Speech, s.cfg.Model, s.cfg.DataDir)
	s.hush = hush
	s.choices = append(router.Explain(), voices.Explain()...)
	embedder, _ := router.Embedder()
	s.memory = memory.New(s.store, embedder, s.log)
	s.tasks = task.New(s.store, talk, task.Options{Wake: s.memory.Wake, Zone: s.cfg.TimeZone.Location()}, s.log, pluginWorkers(s.plugins)...)
	s.mcp = mcp.New(mcp.Options{Client: outbound.New(outbound.Options{Allow: allowed}), Commands: s.cfg.MCPCommands, Log: s.log})
	s.agents = agent.New(s.store, s.bus, talk, s.memory, router, agent.Options{
		TurnTimeout: s.cfg.TurnTimeout.Std(), MaxSteps: modelCalls, Policy: agent.Policy(s.cfg.WaitingMessages),
		Senses: &attachment.Reader{
			Files: s.media, Client: outbound.New(outbound.Options{Allow: allowed}), Speech: voices, Models: router, PDF: readPDF, Log: s.log,
		},
		Studio: &studio{router, s.media}, Plugins: s.plugins, Tasks: s.tasks, Budgets: s.budgets,
		ApprovalTime: s.cfg.ApprovalTime.Std(), MCP: s.mcp, Reflect: s.cfg.Reflection == "on",
	}, s.log)
	s.access = access.New(access.Options{Token: s.cfg.Key, Store: s.store})
	limits := &s.cfg.Sessions
	s.sessions = session.New(s.store, s.bus, talk, session.Options{
		Defaults: eliza.SessionLimits{
			TimeoutMinutes: limits.Timeout, AutoRenew: true, MaxDurationMinutes: limits.MaxDuration, WarningMinutes: limits.Warning,
		},
		MinTimeout: limits.MinTimeout, MaxTimeout: limits.MaxTimeout, Keep: time.Duration(limits.Cleanup) * time.Minute,
	})
	s.jobs = job.New(s.store, talk, job.Options{})
	s.api = api.New(api.Options{
		Agents: s.agents, Messaging: talk, Sessions: s.sessions, Jobs: s.jobs, Tasks: s.tasks, Budgets: s.budgets, Webhooks: s.webhooks, Bus: s.bus, Speech: voices, Talks: conversation.New(voices, s.agents, talk),
		Media: s.media, Signer: media.NewSigner(s.signingKey()), Models: s.choices, Log: s.log, Logs: s.logs, EnvFile: s.cfg.EnvFile,
		Version: s.cfg.AppVersion, Access: s.access, Isolated: bool(s.cfg.DataIsolation), Origins: s.cfg.Origins, APIOrigins: s.cfg.APIOrigins, Production: s.cfg.Environment == "production",
		Limits: limitsOf(&s.cfg.Limits), Proxies: prefixesOf(s.cfg.Limits.Proxies), MaxPayload: int64(s.cfg.MaxPayload), Stop: s.Stop, Plugins: s.plugins, Database: s.store,
	})
	// Streams may take as long as they take, so there is no time limit on
	// writing; the API limits the reading of bodies.
	s.http = &http.Server{
		Handler: s.api, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.http.RegisterOnShutdown(s.logs.Close) // who follows the log would never be done
}

// Addr is where the server listens, with the port that was chosen for 0.
func (s *Server) Addr() *net.TCPAddr { return s.listener.Addr().(*net.TCPAddr) }

// Agents lists every agent, the oldest first.
func (s *Server) Agents(ctx context.Context) ([]eliza.AgentEntry, error) { return s.agents.List(ctx) }

// Models tells who serves which capability, and why.
func (s *Server) Models() []model.Choice { return s.choices }

// Database tells what the rows are in and how many there are.
func (s *Server) Database(ctx context.Context) (store.Stats, error) { return s.store.Stats(ctx) }

// Stop asks the server to stop; Run returns then.
func (s *Server) Stop() { s.stopOnce.Do(func() { close(s.stopping) }) }
