package api_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/elizad/elizad/internal/api"
	"github.com/elizad/elizad/internal/media"
)

var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

// filePart is a form's part with a file.
func filePart(name, kind string, content []byte) []byte {
	return rawPart(fmt.Sprintf("Content-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: %s", name, kind), content)
}

func rawPart(header string, content []byte) []byte {
	return join([]byte("--b\r\n"+header+"\r\n\r\n"), content, []byte("\r\n"))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var formEnd = []byte("--b--\r\n")

const formKind = "Content-Type: multipart/form-data; boundary=b"

// upload sends one file for an agent.
func (r *rig) upload(name, kind string, content []byte) reply {
	r.t.Helper()
	return r.send("POST", "/api/media/agents/"+person+"/upload", join(filePart(name, kind, content), formEnd), formKind)
}

func TestFilesComeBackAsTheyWere(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		path, kind, class string
		content           []byte
	}{
		"picture.png":  {"/api/media/agents/" + person + "/upload", "image/png", "image", png},
		"notes.txt":    {"/api/media/agents/" + person + "/upload-media", "text/plain", "document", []byte("what the tide did")},
		"Ünï cödé.txt": {"/api/media/" + person + "/upload-media", "text/plain; charset=utf-8", "document", []byte("grüße")},
		"a.webp":       {"/api/media/channels/" + person + "/upload-media", "image/webp", "image/webp", []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")},
		"b.pdf":        {"/api/messaging/channels/" + person + "/upload-media", "application/pdf", "application/pdf", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF")},
	} {
		u := r.send("POST", c.path, join(filePart(name, c.kind, c.content), formEnd), formKind).data(200)
		if text(u, "type") != c.class || text(u, "originalName") != name || u["size"] != float64(len(c.content)) || text(u, "url") != "/media/"+strings.TrimPrefix(text(u, "url"), "/media/") {
			t.Errorf("%s: %v", name, u)
		}
		for _, before := range []string{"", "/api"} {
			got := r.send("GET", before+text(u, "url"), nil)
			h := got.header
			if got.status != 200 || !bytes.Equal(got.body, c.content) || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("ETag") == "" || !strings.HasPrefix(c.kind, strings.SplitN(h.Get("Content-Type"), ";", 2)[0]) {
				t.Errorf("%s: %d, %d bytes, %v", name, got.status, len(got.body), h)
			}
			if again := r.send("GET", before+text(u, "url"), nil, "If-None-Match: "+h.Get("ETag")); again.status != 304 || len(again.body) > 0 {
				t.Errorf("%s, known already: %d", name, again.status)
			}
			if some := r.send("GET", before+text(u, "url"), nil, "Range: bytes=2-5"); some.status != 206 || !bytes.Equal(some.body, c.content[2:6]) {
				t.Errorf("%s, a part: %d %q", name, some.status, some.body)
			}
			if head := r.send("HEAD", before+text(u, "url"), nil); head.status != 200 || head.header.Get("Content-Length") != fmt.Sprint(len(c.content)) {
				t.Errorf("%s, HEAD: %d %v", name, head.status, head.header)
			}
		}
		disposition := r.send("GET", text(u, "url"), nil).header.Get("Content-Disposition")
		if image := strings.HasPrefix(c.kind, "image"); image != strings.HasPrefix(disposition, "inline") {
			t.Errorf("%s is offered %s", name, disposition)
		}
	}
}

// TestHostileUploads tries what uploads are attacked with: each is refused as
// documented, nothing lies outside the folder, and nothing is half-written.
func TestHostileUploads(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("a", 10_000)
	html := []byte("<!DOCTYPE html><html><script>alert(1)</script></html>")
	svg := []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
	largest := join(png, make([]byte, media.MaxBytes-len(png)))
	type hostile struct {
		what string
		body []byte
		want int
		code string // of an error
	}
	refused := func(what, name, kind string, content []byte, code string) hostile {
		return hostile{what, join(filePart(name, kind, content), formEnd), 400, code}
	}
	cleaned := func(what, name string) hostile {
		return hostile{what, join(filePart(name, "image/png", png), formEnd), 200, ""}
	}
	cases := []hostile{
		cleaned("a name that climbs", "../../../../etc/cron.d/x.png"), cleaned("a name that climbs on Windows", `..\\..\\windows\\x.png`), cleaned("an absolute name", "/etc/x.png"),
		cleaned("a drive", `C:\\x.png`), cleaned("a name that climbs, encoded", "%2e%2e%2f%2e%2e%2fx.png"), cleaned("encoded twice", "%252e%252e%252fx.png"),
		cleaned("encoded in too many bytes", "..\xc0\xaf..\xc0\xafx.png"), cleaned("with wide points", "．．／x.png"), cleaned("points and dashes", "....//....//x.png"),
		cleaned("a name of points", ".....png"), cleaned("a hidden name", ".htaccess.png"), cleaned("a device", "CON.png"), cleaned("a stream", "x.png:hidden.png"), cleaned("10,000 characters", long+".png"),
		refused("control characters", "a\x01\x1b[31mb.png", "image/png", png, "INVALID_REQUEST"), cleaned("text that turns round", "a\u202egnp.exe.png"), cleaned("a name that is not UTF-8", "\xff\xfe.png"), cleaned("a command", "$(touch x);`id`.png"),
		cleaned("a page in the name", "<img src=x onerror=alert(1)>.png"), cleaned("a template", "{{7*7}}${x}%s%n.png"), cleaned("a double extension that ends well", "x.php.png"), cleaned("capital letters", "X.PNG"),
		refused("two file names", `a.png"; filename="../../b.png`, "image/png", png, "INVALID_REQUEST"),
		refused("a double extension", "x.png.php", "image/png", png, "UNSUPPORTED_MEDIA_TYPE"), refused("a program", "x.exe", "application/octet-stream", []byte("MZ\x90\x00"), "UNSUPPORTED_MEDIA_TYPE"),
		refused("a program as a picture", "x.png", "image/png", []byte("MZ\x90\x00\x03\x00\x00\x00"), "UNSUPPORTED_MEDIA_TYPE"), refused("a page", "x.html", "text/html", html, "UNSUPPORTED_MEDIA_TYPE"),
		refused("a page as text", "x.txt", "text/plain", html, "UNSUPPORTED_MEDIA_TYPE"), refused("a page as a picture", "x.png", "image/png", html, "UNSUPPORTED_MEDIA_TYPE"),
		refused("SVG", "x.svg", "image/svg+xml", svg, "UNSUPPORTED_MEDIA_TYPE"), refused("SVG as PNG", "x.png", "image/png", svg, "UNSUPPORTED_MEDIA_TYPE"), refused("SVG as text", "x.txt", "text/plain", svg, "UNSUPPORTED_MEDIA_TYPE"),
		refused("a picture named a page", "x.html", "image/png", png, "UNSUPPORTED_MEDIA_TYPE"), refused("a picture declared a page", "x.png", "text/html", png, "UNSUPPORTED_MEDIA_TYPE"), refused("a picture declared another", "x.png", "image/gif", png, "UNSUPPORTED_MEDIA_TYPE"),
		refused("a picture named another", "x.gif", "image/png", png, "UNSUPPORTED_MEDIA_TYPE"), refused("a type that is none", "x.png", ";;;", png, "UNSUPPORTED_MEDIA_TYPE"), refused("any type", "x.png", "*/*", png, "UNSUPPORTED_MEDIA_TYPE"),
		refused("a type with a NUL", "x.png", "image/png\x00", png, ""), refused("an archive", "x.zip", "application/zip", []byte("PK\x03\x04\x14\x00\x00\x00"), "UNSUPPORTED_MEDIA_TYPE"),
		refused("an archive as a PDF", "x.pdf", "application/pdf", []byte("PK\x03\x04\x14\x00\x00\x00%PDF-1.4"), "UNSUPPORTED_MEDIA_TYPE"), refused("a script", "x.sh", "text/plain", []byte("#!/bin/sh\nid\n"), "UNSUPPORTED_MEDIA_TYPE"),
		refused("nothing", "x.png", "image/png", nil, "INVALID_REQUEST"), refused("a NUL in the name", "x.png\x00.exe", "image/png", png, ""), refused("bytes without a kind", "x.txt", "text/plain", []byte{0, 1, 2, 3, 4, 5, 0xff, 0xfe}, "UNSUPPORTED_MEDIA_TYPE"),
		{"no type", join(rawPart(`Content-Disposition: form-data; name="file"; filename="x.png"`, png), formEnd), 400, "UNSUPPORTED_MEDIA_TYPE"},
		{"no name", join(rawPart("Content-Disposition: form-data; name=\"file\"\r\nContent-Type: image/png", png), formEnd), 400, "INVALID_REQUEST"},
		{"another field", join(rawPart("Content-Disposition: form-data; name=\"x\"; filename=\"x.png\"\r\nContent-Type: image/png", png), formEnd), 400, "INVALID_REQUEST"},
		{"two files", join(filePart("a.png", "image/png", png), filePart("b.png", "image/png", png), formEnd), 400, "INVALID_REQUEST"},
		{"a form without an end", filePart("x.png", "image/png", png), 400, "INVALID_REQUEST"},
		{"a file without an end", filePart("x.png", "image/png", png)[:150], 400, "INVALID_REQUEST"},
		{"no form", []byte("x"), 400, "INVALID_REQUEST"},
		{"an empty form", formEnd, 400, "INVALID_REQUEST"},
		{"60 fields", join(bytes.Repeat(rawPart(`Content-Disposition: form-data; name="a"`, []byte("x")), 60), formEnd), 400, "INVALID_REQUEST"},
		{"50 MB", join(filePart("x.png", "image/png", largest), formEnd), 200, ""},
		{"50 MB and a byte", join(filePart("x.png", "image/png", append(largest, 0)), formEnd), 413, "FILE_TOO_LARGE"},
	}
	kept := 0
	for _, c := range cases {
		got := r.send("POST", "/api/media/agents/"+person+"/upload", c.body, formKind)
		switch {
		case got.status == 200 && c.want == 200:
			kept++
			u := got.data(200)
			if name := text(u, "originalName"); strings.ContainsAny(name, "/\\\x00<>\x1b") || strings.Contains(name, "..") || len(name) > 255 {
				t.Errorf("%s: the name shown is %q", c.what, name)
			}
			if back := r.send("GET", text(u, "url"), nil); back.status != 200 || back.header.Get("Content-Type") != "image/png" {
				t.Errorf("%s: comes back as %d %v", c.what, back.status, back.header)
			}
		case got.status != c.want:
			t.Errorf("%s: %d %s, want %d", c.what, got.status, got.body, c.want)
		default:
			if code, message := got.envelope(); c.code != "" && code != c.code || strings.Contains(message, r.dir) {
				t.Errorf("%s: %s %q, want %s", c.what, code, message, c.code)
			}
		}
	}
	if len(cases) < 40 {
		t.Errorf("only %d cases", len(cases))
	}
	r.nothingElse(kept)
}

// nothingElse fails when there is more on the disk than so many whole files.
func (r *rig) nothingElse(kept int) {
	r.t.Helper()
	found := 0
	err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		under, err := filepath.Rel(filepath.Join(r.dir, "data", "uploads"), path)
		if err != nil || strings.HasPrefix(under, "..") {
			r.t.Errorf("%s lies outside", path)
		}
		found++
		return nil
	})
	if err != nil || found != kept {
		r.t.Errorf("%d files on the disk, %d were kept: %v", found, kept, err)
	}
}

func TestAnUploadThatIsCutLeavesNothing(t *testing.T) {
	r := newRig(t)
	whole := join(filePart("x.png", "image/png", join(png, make([]byte, 1<<20))), formEnd)
	for _, at := range []int{10, 200, 70_000, len(whole) - 3} {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "POST /api/media/agents/%s/upload HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Length: %d\r\n\r\n", person, formKind, len(whole))
		if _, err := c.Write(whole[:at]); err != nil {
			t.Fatal(err)
		}
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(c); err != nil || !bytes.Contains(answer, []byte(" 400 ")) {
			t.Errorf("cut after %d bytes: %v %s", at, err, answer)
		}
		c.Close()
	}
	r.nothingElse(0)
}

func TestAHundredUploadsAtOnce(t *testing.T) {
	r := newRig(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	urls := map[string]string{}
	for i := range 100 {
		group.Go(func() {
			content := fmt.Sprintf("file %d %s", i, strings.Repeat("x", i*100))
			u := r.upload(fmt.Sprintf("%d.txt", i), "text/plain", []byte(content)).data(200)
			mu.Lock()
			defer mu.Unlock()
			urls[text(u, "url")] = content
		})
	}
	group.Wait()
	if len(urls) != 100 {
		t.Errorf("%d addresses for 100 files", len(urls))
	}
	for url, content := range urls {
		if got := r.send("GET", url, nil); string(got.body) != content {
			t.Errorf("%s: %d, %d bytes", url, got.status, len(got.body))
		}
	}
	r.nothingElse(100)
}

// TestNoNameLeadsOut asks for files by names that would lead elsewhere, also
// over links that somebody put into the folder.
func TestNoNameLeadsOut(t *testing.T) {
	r := newRig(t)
	u := r.upload("x.png", "image/png", png).data(200)
	secret := filepath.Join(r.dir, "secret.txt")
	folder := filepath.Join(r.dir, "data", "uploads", "agents")
	for _, err := range []error{
		os.WriteFile(secret, []byte("canary-file"), 0o600),
		os.Symlink(secret, filepath.Join(folder, person, "link.txt")),
		os.Symlink(r.dir, filepath.Join(folder, other)),
		os.Mkdir(filepath.Join(folder, person, "folder.txt"), 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		person + "/link.txt", other + "/secret.txt", person + "/folder.txt", person + "/..%2f..%2f..%2f..%2fsecret.txt", person + "/..%5c..%5csecret.txt", person + "/%2e%2e%2f" + person + "%2flink.txt",
		person + "/....%2f%2fsecret.txt", person + "/%2fetc%2fpasswd", person + "/link.txt%00.png", person + "/%c0%ae%c0%ae%c0%afsecret.txt", person + "/.", person + "/..", person + "/../../../secret.txt",
		person + "/" + strings.Repeat("a", 5000), person + "/*", person + "/" + strings.Repeat("..%2f", 50) + "etc%2fpasswd", "..%2f" + person + "/link.txt", strings.ToUpper(person) + "/LINK.TXT",
	} {
		for _, before := range []string{"/media/uploads/agents/", "/api/media/uploads/agents/", "/media/uploads/channels/", "/media/generated/"} {
			got := r.send("GET", before+path, nil)
			if got.status < 400 || got.status >= 500 || bytes.Contains(got.body, []byte("canary")) || bytes.Contains(got.body, []byte(r.dir)) {
				t.Errorf("%s: %d %s", before+path, got.status, got.body)
			}
		}
	}
	uploadThroughALink := r.send("POST", "/api/media/agents/"+other+"/upload", join(filePart("x.png", "image/png", png), formEnd), formKind)
	if uploadThroughALink.status != 500 {
		t.Errorf("an upload over a link that leads out is answered %d", uploadThroughALink.status)
	}
	if names, err := filepath.Glob(filepath.Join(r.dir, "*.png")); err != nil || len(names) > 0 {
		t.Errorf("it wrote %v: %v", names, err)
	}
	if got := r.send("GET", text(u, "url"), nil); got.status != 200 {
		t.Errorf("the file itself: %d", got.status)
	}
}

func TestSignedAddressesNeedNoKey(t *testing.T) {
	r := newRig(t, withKey)
	u := r.upload("x.png", "image/png", png).data(200)
	r.send("GET", text(u, "url"), nil, "X-API-KEY: ").fails(401, "UNAUTHORIZED")
	signed := text(u, "signedUrl")
	if got := r.send("GET", signed, nil, "X-API-KEY: "); got.status != 200 || !bytes.Equal(got.body, png) {
		t.Errorf("signed: %d %s", got.status, got.body)
	}
	link := text(r.send("POST", "/api/media/links", map[string]any{"url": text(u, "url")}).data(200), "url")
	if got := r.send("GET", "/api"+link, nil, "X-API-KEY: "); got.status != 200 {
		t.Errorf("linked: %d %s", got.status, got.body)
	}
	another := text(r.upload("y.png", "image/png", png).data(200), "url")
	_, query, _ := strings.Cut(signed, "?")
	for _, path := range []string{another + "?" + query, signed + "0", strings.Replace(signed, "expires=1", "expires=9", 1), text(u, "url") + "?expires=9999999999&signature=", "/api/agents?" + query} {
		r.send("GET", path, nil, "X-API-KEY: ").fails(401, "UNAUTHORIZED")
	}
	r.send("POST", "/api/media/agents/"+person+"/upload?"+query, nil, "X-API-KEY: ").fails(401, "UNAUTHORIZED")
}

func TestFilesGoWithTheirOwner(t *testing.T) {
	r := newRig(t)
	agent := r.agent("Keeper")
	channel := r.channel("GROUP", person, agent)
	var urls []string
	for _, path := range []string{"/api/media/agents/" + agent + "/upload", "/api/media/channels/" + channel + "/upload-media"} {
		urls = append(urls, text(r.send("POST", path, join(filePart("x.png", "image/png", png), formEnd), formKind).data(200), "url"))
	}
	r.send("DELETE", "/api/messaging/channels/"+channel, nil).has(204)
	r.send("DELETE", "/api/agents/"+agent, nil).has(204)
	for _, url := range urls {
		r.send("GET", url, nil).fails(404, "NOT_FOUND")
	}
	r.nothingElse(0)
}

func TestTheFolderMayBeFull(t *testing.T) {
	library, err := media.Open(t.TempDir(), media.Options{Quota: 100})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(o *api.Options) { o.Media = library })
	r.upload("a.txt", "text/plain", bytes.Repeat([]byte("x"), 90)).data(200)
	got := r.upload("b.txt", "text/plain", bytes.Repeat([]byte("x"), 20))
	if got.status != http.StatusInsufficientStorage {
		t.Errorf("more than the quota is answered %d %s", got.status, got.body)
	}
	if err := library.Close(); err != nil {
		t.Error(err)
	}
}
