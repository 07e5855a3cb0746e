// Package reaching does what the test must see, and what it must not.
package reaching

import (
	"net"
	"net/http"
)

type holder struct{ client *http.Client }

var made = http.Client{}

func reach(h holder) {
	http.Get("http://example.com")
	http.DefaultClient.Do(nil)
	_ = new(net.Dialer)
	h.client = &http.Client{Transport: nil}
	var t http.Transport
	dial := net.Dial
	_, _, _ = t, dial, h.client
}
