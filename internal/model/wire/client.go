package wire

import (
	"net"
	"net/http"
	"time"
)

// Client is the HTTP client of all providers. It keeps idle connections, asks
// the environment for a proxy (never for loopback hosts), follows no redirect,
// since a key must not travel to another host, and sets no limit to a whole
// request: its context does.
var Client = &http.Client{
	Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConns:          1024,
		MaxIdleConnsPerHost:   256,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true, // compressed streams arrive late
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
