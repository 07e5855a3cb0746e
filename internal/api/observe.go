package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/elizad/elizad/internal/eliza"
)

// observe gives each request an id and finds out who sends it, logs it, and
// keeps a panic within it.
func (a *API) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := eliza.NewID().String()
		w.Header().Set("X-Request-Id", id)
		seen := &statusWriter{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, &visit{id: id, address: a.clientAddress(r.RemoteAddr, r.Header)}))
		begun := time.Now()
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				a.Log.Error("a request panicked", "request", id, "path", r.URL.Path, "error", eliza.Recovered(p))
				if seen.status == 0 {
					writeFailure(seen, eliza.Errorf(eliza.CodeInternal, "Internal server error"))
				}
			}
			if a.Log.Enabled(context.Background(), -4) {
				a.Log.Debug("request", "request", id, "method", r.Method, "path", r.URL.Path, "status", seen.status, "ms", time.Since(begun).Milliseconds())
			}
		}()
		next.ServeHTTP(seen, r)
	})
}

// statusWriter remembers the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (a *API) unknownPath(w http.ResponseWriter, r *http.Request) {
	details := "There is no " + r.Method + " " + r.URL.Path + "; /docs lists what there is"
	if meant := a.nearest(r.Method, r.URL.Path); meant != "" {
		details = "There is no " + r.Method + " " + r.URL.Path + "; the nearest is " + meant
	}
	writeFailure(w, &eliza.Error{Code: eliza.CodeNotFound, Message: "API endpoint not found", Details: details})
}

func (a *API) wrongMethod(w http.ResponseWriter, r *http.Request) {
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	writeFailure(w, eliza.Errorf(eliza.CodeMethodNotAllowed, "%s is not allowed here", r.Method))
}
