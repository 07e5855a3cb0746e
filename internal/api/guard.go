package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
)

// guard decides who may talk to the server before anything else looks at a
// request: sockets and HTTP alike.
func (a *API) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("Referrer-Policy", "no-referrer")
		if !a.knownHost(r) {
			writeFailure(w, eliza.Errorf(eliza.CodeForbidden, "The server does not answer under this host name while no key is set"))
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if !a.allowedOrigin(r) {
				writeFailure(w, eliza.Errorf(eliza.CodeForbidden, "Pages of this origin may not call the server"))
				return
			}
			if slices.Contains(a.Origins, "*") {
				h.Set("Access-Control-Allow-Origin", "*")
			} else {
				h.Set("Access-Control-Allow-Origin", origin)
				h.Set("Access-Control-Allow-Credentials", "true")
			}
			h.Set("Access-Control-Expose-Headers", "X-Total-Count, X-Request-Id")
			h.Add("Vary", "Origin")
			if r.Method == http.MethodOptions {
				h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS")
				h.Set("Access-Control-Allow-Headers", "Content-Type, Authorization, X-API-KEY, Idempotency-Key, Last-Event-ID")
				h.Set("Access-Control-Max-Age", "86400")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		if strings.HasPrefix(r.URL.Path, "/api") && r.Method != http.MethodOptions && !a.keyFits(r.Header.Get("X-API-KEY")) {
			a.Log.Warn("a request without the key was refused", "address", r.RemoteAddr, "path", r.URL.Path)
			writeFailure(w, eliza.Errorf(eliza.CodeUnauthorized, "Unauthorized: Invalid or missing X-API-KEY"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// keyFits compares in constant time, whatever the lengths.
func (a *API) keyFits(given string) bool {
	if a.Key == "" {
		return true
	}
	want, got := sha256.Sum256([]byte(a.Key)), sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// knownHost keeps pages whose name was pointed at this machine (DNS
// rebinding) away from a server that has no key.
func (a *API) knownHost(r *http.Request) bool {
	return a.Key != "" || isLocal(r.Host)
}

// allowedOrigin reports whether a page may call: one of the server itself, of
// the configured origins, or, when none is configured, of this machine.
func (a *API) allowedOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if slices.Contains(a.Origins, "*") { // also files, whose origin is "null"
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Host == r.Host && (a.Key != "" || isLocal(u.Host)) {
		return true
	}
	if len(a.Origins) == 0 {
		return isLocal(u.Host)
	}
	return slices.Contains(a.Origins, origin)
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
