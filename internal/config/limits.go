package config

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Limits say how many requests of one address are answered. The counts and
// windows are those that the ElizaOS documents give.
type Limits struct {
	Enabled      Switch   `name:"rate-limit" env:"ELIZA_RATE_LIMIT" default:"on" group:"Limits" allowed:"on or off" help:"Whether requests are counted at all."`
	General      Rate     `name:"rate-limit-general" env:"ELIZA_RATE_LIMIT_GENERAL" default:"1000/15m" group:"Limits" allowed:"a number and a time such as 1000/15m, or off" help:"Requests under /api, messages over sockets and new sockets, by address."`
	Files        Rate     `name:"rate-limit-files" env:"ELIZA_RATE_LIMIT_FILES" default:"100/5m" group:"Limits" allowed:"a number and a time such as 1000/15m, or off" help:"Audio, and uploads to a conversation, by address."`
	Uploads      Rate     `name:"rate-limit-uploads" env:"ELIZA_RATE_LIMIT_UPLOADS" default:"50/15m" group:"Limits" allowed:"a number and a time such as 1000/15m, or off" help:"Uploads, by address."`
	ChannelIDs   Rate     `name:"rate-limit-channel-ids" env:"ELIZA_RATE_LIMIT_CHANNEL_IDS" default:"200/10m" group:"Limits" allowed:"a number and a time such as 1000/15m, or off" help:"Requests with a channel id that is none, by address."`
	ChannelMedia Rate     `name:"rate-limit-channel-media" env:"ELIZA_RATE_LIMIT_CHANNEL_MEDIA" default:"100/15m" group:"Limits" allowed:"a number and a time such as 1000/15m, or off" help:"Uploads of a channel's media, by address."`
	Keys         Rate     `name:"rate-limit-keys" env:"ELIZA_RATE_LIMIT_KEYS" default:"10/15m" group:"Limits" allowed:"a number and a time such as 1000/15m, or off" help:"Requests and sockets with a wrong key, by address. A key that cannot be guessed is let in even then."`
	Sockets      uint     `name:"sockets-per-address" env:"ELIZA_SOCKETS_PER_ADDRESS" default:"1000" group:"Limits" allowed:"a number, 0 for any" help:"How many sockets one address may hold open."`
	Proxies      []Prefix `name:"trusted-proxy" env:"ELIZA_TRUSTED_PROXIES" sep:"," group:"Limits" allowed:"addresses or networks such as 127.0.0.1 or 10.0.0.0/8" help:"Proxies in front of the server, separated by commas: what they say in X-Forwarded-For is the address that is counted and logged. Without any, nobody's word is taken for it, and all clients of a proxy count as one." placeholder:"NETWORK"`
}

// Switch is on or off.
type Switch bool

// UnmarshalText reads on and off, true and false.
func (s *Switch) UnmarshalText(b []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(b))) {
	case "on", "true":
		*s = true
	case "off", "false":
		*s = false
	default:
		return errNotAllowed
	}
	return nil
}

// Rate is so many requests in a window of time; none is no limit.
type Rate struct {
	Count  int
	Window time.Duration
}

// UnmarshalText reads 1000/15m and off.
func (r *Rate) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	if strings.EqualFold(text, "off") {
		*r = Rate{}
		return nil
	}
	count, window, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(strings.TrimSpace(count))
	if err != nil || n < 1 || n > 1_000_000_000 {
		return errNotAllowed
	}
	d, err := time.ParseDuration(strings.TrimSpace(window))
	if err != nil || d < time.Second || d > 24*time.Hour {
		return errNotAllowed
	}
	*r = Rate{n, d}
	return nil
}

// Prefix is a network of addresses.
type Prefix netip.Prefix

// UnmarshalText reads an address or a network in the form of CIDR.
func (p *Prefix) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	network, err := netip.ParsePrefix(text)
	if err != nil {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return errNotAllowed
		}
		network = netip.PrefixFrom(address, address.BitLen())
	}
	*p = Prefix(network.Masked())
	return nil
}
