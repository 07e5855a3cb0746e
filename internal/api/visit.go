package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/eliza"
)

// visit is what is known of the request that is being answered.
type visit struct {
	id      string     // X-Request-Id
	address netip.Addr // of the client, behind the proxies that are trusted
	grant   access.Grant
	granted bool     // the guard has let the request in
	entity  eliza.ID // X-Entity-Id, where entities are kept apart
}

type visitKey struct{}

// visitOf returns the visit of a request's context. One that did not pass the
// guard has no rights.
func visitOf(ctx context.Context) *visit {
	if v, is := ctx.Value(visitKey{}).(*visit); is {
		return v
	}
	return &visit{}
}

// log returns the log with the request's id on every line.
func (a *API) log(ctx context.Context) *slog.Logger {
	if v := visitOf(ctx); v.id != "" {
		return a.Log.With("request", v.id)
	}
	return a.Log
}

const headerForwarded = "X-Forwarded-For"

// clientAddress is who sends a request: the neighbour, or, when that is a
// trusted proxy, the nearest address in X-Forwarded-For that is none.
func (a *API) clientAddress(remote string, h http.Header) netip.Addr {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	address := at.Addr().Unmap().WithZone("")
	if len(a.Proxies) == 0 || !a.trusts(address) {
		return address
	}
	forwarded := strings.Split(strings.Join(h.Values(headerForwarded), ","), ",")
	for _, text := range slices.Backward(forwarded) {
		next, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break // what stands before it could be made up
		}
		if address = next.Unmap().WithZone(""); !a.trusts(address) {
			break
		}
	}
	return address
}

func (a *API) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(a.Proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}
