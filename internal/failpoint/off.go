//go:build !failpoint

// Package failpoint stops a server at an exact place, so that a test can kill
// it there. Only a build with the tag failpoint can be stopped; in any other
// a point costs nothing.
//
// Such a build connects to the Unix socket that FAILPOINT_SOCKET names. Each
// line it reads there is the name of the one point that is armed from then on;
// FAILPOINT arms one from the start. A goroutine that comes to the armed point
// writes a line with the point's name and the id of the message it is about,
// and goes no further. When the socket is closed the server ends.
package failpoint

// Hit is a point: something of the message with that id comes here.
func Hit(string, [16]byte) {}
