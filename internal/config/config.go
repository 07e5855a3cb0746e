// Package config is every setting of the server, each declared once: a field
// of [Config] whose tags give the flag, the variable of the environment, the
// default and what it means. The command line parses them, --help and
// docs/CONFIG.md tell them.
//
// A flag wins over the environment, the environment over the file .env of the
// working directory, and that over the default. An empty variable counts as
// not set.
//
// The tags: name is the flag; env the variable, other names of it after it;
// secret marks what is taken from the environment only and never shown;
// allowed says in words which values there are; enum lists them.
package config

import (
	"time"

	"github.com/elizad/elizad/internal/model"
	"github.com/elizad/elizad/internal/speech"
)

// Config is what a server is started with. Check completes it.
type Config struct {
	Port          uint16   `name:"port" env:"SERVER_PORT,PORT" default:"3000" group:"Server" allowed:"a number from 0 to 65535, 0 for any free port" help:"Port of HTTP and sockets."`
	Host          string   `name:"host" env:"SERVER_HOST" group:"Server" help:"Address to listen on. Without it 127.0.0.1 while no key is set, and 0.0.0.0 once ELIZA_SERVER_AUTH_TOKEN is; an address that others can reach is refused without a key." placeholder:"ADDRESS"`
	Key           string   `name:"key" env:"ELIZA_SERVER_AUTH_TOKEN,SERVER_API_KEY" secret:"" group:"Server" help:"The key that every request and socket must bring (X-API-KEY)."`
	Origins       []string `name:"cors-origin" env:"CORS_ORIGIN" sep:"," group:"Server" help:"Origins of web pages that may call the server, separated by commas; * for any, without credentials. Without it pages of this machine." placeholder:"ORIGIN"`
	APIOrigins    []string `name:"api-cors-origin" env:"API_CORS_ORIGIN" sep:"," group:"Server" help:"The same for what is under /api. Without it what --cors-origin says." placeholder:"ORIGIN"`
	Environment   string   `name:"environment" env:"NODE_ENV" default:"development" group:"Server" help:"With production browsers are told to use TLS and what pages may load; other words change nothing." placeholder:"WORD"`
	DataIsolation Switch   `name:"data-isolation" env:"ENABLE_DATA_ISOLATION,ENABLE_RLS_ISOLATION" default:"off" group:"Server" allowed:"on or off" help:"Whether entities are kept apart: a socket joins and speaks in the channels that its entity takes part in, and in its name only; over HTTP the header X-Entity-Id names the entity, and only a key that administers may leave it out."`
	MaxPayload    Size     `name:"max-payload" env:"EXPRESS_MAX_PAYLOAD" default:"2mb" group:"Server" allowed:"bytes, with kb, mb or gb after the number" help:"Largest JSON body."`
	AppVersion    string   `name:"app-version" env:"APP_VERSION" group:"Server" help:"Version that the health checks show. Without it elizad's own." placeholder:"TEXT"`
	ShutdownGrace Duration `name:"shutdown-grace" env:"ELIZA_SHUTDOWN_GRACE" default:"10s" group:"Server" allowed:"a time such as 500ms, 30s or 2m" help:"How long running turns may take to end when the server stops; what is left is handed back and answered after the next start."`

	DataDir            string `name:"data-dir" env:"ELIZA_DATA_DIR" default:".eliza" group:"Storage" help:"Folder of the database and of all other files; made when absent." placeholder:"FOLDER"`
	SecretSalt         string `name:"secret-salt" env:"SECRET_SALT" secret:"" group:"Storage" help:"What the key follows from that encrypts the secrets of agents in the database. Without it the key is in the file secret.key of the data folder, made at the first start; whoever loses it loses the secrets."`
	SecretSaltPrevious string `name:"secret-salt-previous" env:"SECRET_SALT_PREVIOUS" secret:"" group:"Storage" help:"What SECRET_SALT was before: at the next start what it has encrypted is encrypted anew."`
	PostgresURL        string `name:"postgres-url" env:"POSTGRES_URL" secret:"" group:"Storage" help:"PostgreSQL database to use in place of SQLite, such as postgres://user:password@host/name."`

	MediaQuota  Size     `name:"media-quota" env:"ELIZA_MEDIA_QUOTA" group:"Storage" allowed:"bytes, with kb, mb or gb after the number" help:"How much all uploaded and generated files may take together; what comes when they are that much is refused. No bound without it." placeholder:"SIZE"`
	MediaMaxAge Duration `name:"media-max-age" env:"ELIZA_MEDIA_MAX_AGE" group:"Storage" allowed:"a time such as 500ms, 30s or 720h" help:"After which time an uploaded or generated file is removed. They are kept without it." placeholder:"TIME"`

	OutboundAllow []Prefix `name:"outbound-allow" env:"ELIZA_OUTBOUND_ALLOW" sep:"," group:"Server" allowed:"addresses or networks such as 192.168.1.20 or 10.0.0.0/8" help:"Private addresses that may be called because a message, a webhook or a character names them, separated by commas. Without any, what people name must be in the public internet; the model servers of a character may also be on this machine, and those of the settings anywhere." placeholder:"NETWORK"`

	Characters      []string `name:"character" env:"ELIZA_CHARACTERS" sep:"," group:"Agents" help:"Character file to serve, as JSON; may be given again or hold several separated by commas. Without any, and when no agent is stored, the built-in Eliza serves." placeholder:"FILE"`
	LoadDocs        Switch   `name:"load-docs" env:"LOAD_DOCS_ON_STARTUP" default:"off" group:"Agents" allowed:"on or off" help:"Whether every agent reads the documents of --knowledge-path when the server starts."`
	KnowledgePath   string   `name:"knowledge-path" env:"KNOWLEDGE_PATH" group:"Agents" help:"Folder of documents that all agents are to know, read with --load-docs." placeholder:"FOLDER"`
	TimeZone        Zone     `name:"timezone" env:"TIMEZONE" group:"Agents" allowed:"a city, or a zone of the IANA database such as Europe/Berlin" help:"Time zone of reminders, of the clock and of schedules that name none. The TIMEZONE setting of a character takes precedence over it, and the zone that a person has named over both. Without it the zone of this machine." placeholder:"ZONE"`
	WaitingMessages string   `name:"waiting-messages" env:"ELIZA_WAITING_MESSAGES" default:"each" enum:"each,fold,newest" group:"Agents" help:"What becomes of messages that arrive while the agent answers one in the same channel: each is answered in order; fold answers all that wait in one turn; newest answers only the last. A character's setting waitingMessages overrides it."`
	Reflection      string   `name:"reflection" env:"ELIZA_REFLECTION" default:"on" enum:"on,off" group:"Agents" help:"Whether agents think about what was said, in the background: they learn facts and relationships and sum up long conversations. With a language model that is a call for each author of about every six messages."`
	TurnTimeout     Duration `name:"turn-timeout" env:"ELIZA_TURN_TIMEOUT" default:"2m" group:"Agents" allowed:"a time such as 500ms, 30s or 2m" help:"Longest time for one answer; then the message's delivery fails with the reason timeout."`
	AgentHops       int      `name:"agent-hops" env:"ELIZA_AGENT_HOPS" default:"8" group:"Agents" allowed:"a number from 1" help:"How many messages in a row may come from agents before a person must speak again."`
	ApprovalTime    Duration `name:"approval-time" env:"ELIZA_APPROVAL_TIME" default:"24h" group:"Agents" allowed:"a time such as 500ms, 30s or 2m" help:"How long an agent waits for a person's yes to something; then it counts as a no."`
	MCPCommands     []string `name:"mcp-command" env:"ELIZA_MCP_COMMANDS" sep:"," group:"Agents" help:"Programs that any character may start as an MCP server, as it names them, separated by commas; * for every program. Without any, only the character files given to this server may start programs." placeholder:"COMMAND"`
	AgentTurns      int      `name:"agent-turns-per-minute" env:"ELIZA_AGENT_TURNS_PER_MINUTE" default:"30" group:"Agents" allowed:"a number from 1" help:"How many messages of agents other agents may answer in one channel in a minute."`

	Budgets  Budgets  `embed:"" group:"Budgets"`
	Sessions Sessions `embed:"" group:"Sessions"`
	Limits   Limits   `embed:"" group:"Limits"`

	LogLevel  Level     `name:"log-level" env:"LOG_LEVEL" default:"info" group:"Logs" allowed:"debug, info, warn or error" help:"Least severity of what is logged."`
	LogFormat LogFormat `name:"log-format" env:"LOG_FORMAT,LOG_JSON_FORMAT" default:"pretty" group:"Logs" allowed:"json or pretty" help:"Form of the log, on standard error."`

	Model  model.Config  `embed:"" group:"Models"`
	Speech speech.Config `embed:"" group:"Speech"`

	// EnvFile is the .env that the settings were read from, whether or not it
	// is there, for clients that change it.
	EnvFile string `kong:"-"`
}

// Duration is a length of time above zero.
type Duration time.Duration

// Std returns d as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// Public reports whether others than this machine can reach the server.
func (c *Config) Public() bool { return !loopback(c.Host) }
