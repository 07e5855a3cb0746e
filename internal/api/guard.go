package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/access"
	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/messaging"
)

const headerKey = "X-API-KEY"

const unauthorized = "Unauthorized: Invalid or missing X-API-KEY"

// guard decides who may talk to the server before anything else looks at a
// request: sockets and HTTP alike. What a caller may do then is up to the
// policy of the route.
func (a *API) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		a.secure(h)
		if !a.knownHost(r) {
			writeFailure(w, eliza.Errorf(eliza.CodeForbidden, "The server does not answer under this host name while no key is set"))
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if !a.allowedOrigin(r) {
				writeFailure(w, eliza.Errorf(eliza.CodeForbidden, "Pages of this origin may not call the server"))
				return
			}
			a.share(h, r, origin)
			if r.Method == http.MethodOptions {
				h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS")
				h.Set("Access-Control-Allow-Headers", "Content-Type, Authorization, X-API-KEY, X-Entity-Id, Idempotency-Key, Last-Event-ID")
				h.Set("Access-Control-Max-Age", "86400")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		if err := a.admit(h, r); err != nil {
			writeFailure(w, err)
			return
		}
		if key := visitOf(r.Context()).grant.KeyID; key != eliza.NoID {
			r = r.WithContext(messaging.WithKey(r.Context(), key))
		}
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers that keep browsers from doing what no answer needs.
func (a *API) secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-XSS-Protection", "1; mode=block")
	h.Set("Referrer-Policy", "no-referrer")
	if a.Production {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload")
		h.Set("Content-Security-Policy", productionPolicy)
	}
}

// productionPolicy is what pages may load when NODE_ENV is production; a page
// that needs less says so itself.
const productionPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline' https:; " +
	"img-src 'self' data: blob: https: http:; font-src 'self' https: data:; connect-src 'self' ws: wss: https: http:; media-src 'self' blob: data:; " +
	"object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'; upgrade-insecure-requests"

// share tells a browser which pages may read the answer. Any page may only
// without credentials.
func (a *API) share(h http.Header, r *http.Request, origin string) {
	if slices.Contains(a.origins(r), "*") {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	h.Set("Access-Control-Expose-Headers", "X-Total-Count, X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After")
	h.Add("Vary", "Origin")
}

// admit counts a request and finds out what its key is good for. Sockets bring
// their key later, in the packet with which they connect.
func (a *API) admit(h http.Header, r *http.Request) error {
	v := visitOf(r.Context())
	if underAPI(r.URL.Path) || beginsSocket(r) {
		if err := a.limit(h, r, v.address); err != nil {
			return err
		}
	}
	if a.signedFile(r) {
		v.grant, v.granted = fileGrant, true
		return nil
	}
	grant, err := a.identify(r.Context(), h, r.Header.Get(headerKey), v.address)
	if err == nil {
		v.grant, v.granted = grant, true
		return nil
	}
	if a.isOpen(r.URL.Path) {
		return nil
	}
	if fail(err).status == http.StatusUnauthorized {
		a.log(r.Context()).Warn("a request without the right key was refused", "address", v.address, "method", r.Method, "path", r.URL.Path)
	}
	return err
}

// identify returns what a key is good for. Whoever shows too many that are
// good for nothing is refused for a while; a key that nobody can guess counts
// even then. Error codes: UNAUTHORIZED, AUTH_RATE_LIMIT_EXCEEDED, DB_ERROR.
func (a *API) identify(ctx context.Context, h http.Header, shown string, address netip.Addr) (access.Grant, error) {
	grant, err := a.Access.Check(ctx, shown)
	switch {
	case err == nil && !grant.Guessable:
		return grant, nil
	case err == nil:
		return grant, a.limits.keys.exhausted(h, address)
	case shown == "" || eliza.ErrorCode(err) != eliza.CodeUnauthorized:
		return grant, err // who shows no key guesses none, as pages that ask before they know it
	}
	if tooMany := a.limits.keys.take(h, address); tooMany != nil {
		return grant, tooMany
	}
	return grant, err
}

// beginsSocket reports whether a request opens a connection of its own. Those
// count, the polls of one that is open do not.
func beginsSocket(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/socket.io") && !strings.Contains(r.URL.RawQuery, "sid=")
}

func underAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }

// isOpen reports whether a path answers without a key.
func (a *API) isOpen(path string) bool {
	if a.openPaths[path] {
		return true
	}
	return slices.ContainsFunc(a.openBelow, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// knownHost keeps pages whose name was pointed at this machine (DNS
// rebinding) away from a server that has no key.
func (a *API) knownHost(r *http.Request) bool {
	return isLocal(r.Host) || !a.Access.Open(r.Context())
}

// origins are those whose pages may call a path; empty for pages of this
// machine.
func (a *API) origins(r *http.Request) []string {
	if len(a.APIOrigins) > 0 && underAPI(r.URL.Path) {
		return a.APIOrigins
	}
	return a.Origins
}

// allowedOrigin reports whether a page may call: one of the server itself, of
// the configured origins, or, when none is configured, of this machine.
func (a *API) allowedOrigin(r *http.Request) bool {
	origin, listed := r.Header.Get("Origin"), a.origins(r)
	if slices.Contains(listed, "*") { // also files, whose origin is "null"
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Host == r.Host && (isLocal(u.Host) || !a.Access.Open(r.Context())) {
		return true
	}
	if len(listed) == 0 {
		return isLocal(u.Host)
	}
	return slices.Contains(listed, origin)
}

// isLocal reports whether a host, with or without a port, names this machine
// by a loopback name or address, which no page can be rebound to.
func isLocal(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if strings.EqualFold(name, "localhost") || strings.HasSuffix(strings.ToLower(name), ".localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return ip != nil && ip.IsLoopback()
}
