// Package media talks with the built server about files.
package media

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/elizad/elizad/test/built"
	"github.com/elizad/elizad/test/stubmodel"
)

const (
	me    = "11111111-1111-4111-8111-111111111111"
	agent = "b850bc30-45f8-0041-a00a-83df46d8555d" // Eliza
)

type server struct {
	t       *testing.T
	address string
}

func (s *server) post(path, contentType string, body []byte) gjson.Result {
	s.t.Helper()
	resp, err := http.Post(s.address+path, contentType, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 201 {
		s.t.Fatalf("POST %s: %d %s %v", path, resp.StatusCode, answer, err)
	}
	return gjson.ParseBytes(answer)
}

// upload keeps a file and returns its address.
func (s *server) upload(path, name, kind string, content []byte) string {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}, "Content-Type": {kind}})
	if err != nil {
		s.t.Fatal(err)
	}
	part.Write(content)
	form.Close()
	return s.post(path, form.FormDataContentType(), body.Bytes()).Get("data.url").String()
}

func (s *server) channel() string {
	return s.post("/api/messaging/channels", "application/json", fmt.Appendf(nil, `{"name":"files","type":"DM","participantCentralUserIds":[%q,%q]}`, me, agent)).Get("data.id").String()
}

// say posts a message with attachments and returns the agent's answer.
func (s *server) say(channel, text string, attachments ...map[string]any) gjson.Result {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"author_id": me, "content": text, "transport": "http", "metadata": map[string]any{"attachments": attachments}})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.post("/api/messaging/channels/"+channel+"/messages", "application/json", body)
}

// newestAttachments are those of the newest memory that has any.
func (s *server) newestAttachments() gjson.Result {
	s.t.Helper()
	resp, err := http.Get(s.address + "/api/agents/" + agent + "/memories?type=messages&limit=10")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range gjson.GetBytes(answer, "data.memories").Array() {
		if list := m.Get("content.attachments"); len(list.Array()) > 0 {
			return list
		}
	}
	s.t.Fatalf("no attachments in %s", answer)
	return gjson.Result{}
}

// paper is a PDF of one page that says a line.
func paper(line string) []byte {
	content := "BT /F1 12 Tf 72 720 Td (" + line + ") Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content), "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	b := bytes.NewBufferString("%PDF-1.4\n")
	var places []int
	for i, o := range objects {
		places = append(places, b.Len())
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, p := range places {
		fmt.Fprintf(b, "%010d 00000 n \n", p)
	}
	fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

func TestMain(m *testing.M) { built.Main(m) }

// TestTheAgentPerceives sends every kind of attachment to an agent whose model
// is a stand-in, and reads what the model was given.
func TestTheAgentPerceives(t *testing.T) {
	stub := stubmodel.New()
	stub.Answer = func(c stubmodel.Call) stubmodel.Reply {
		if strings.Contains(c.System, "cannot see it") {
			if strings.Contains(string(c.Body), base64.StdEncoding.EncodeToString(stubmodel.Picture("blank"))) {
				return stubmodel.Reply{Text: " \n "}
			}
			return stubmodel.Reply{Text: fmt.Sprintf("A blue square; %d bytes were shown.", len(gjson.GetBytes(c.Body, "messages.1.content.1.image_url.url").String()))}
		}
		return stubmodel.Reply{Text: "I have seen it."}
	}
	models := httptest.NewServer(stub)
	defer models.Close()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was called") }))
	defer inside.Close()
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	outside := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/notes.txt":
			io.WriteString(w, "The distant word is marmalade.")
		case "/large":
			w.Header().Set("Content-Length", "99000000")
		case "/inside":
			http.Redirect(w, r, inside.URL, http.StatusFound)
		}
	})}}
	outside.Start()
	defer outside.Close()
	address := built.Start(t, "OPENAI_BASE_URL="+models.URL+"/v1", "OPENAI_MODEL=stub-chat", "OPENAI_IMAGE_DESCRIPTION_MODEL=stub-eye", "OPENAI_IMAGE_MODEL=stub-brush",
		"OPENAI_TRANSCRIPTION_MODEL=stub-ear", "ELIZA_OUTBOUND_ALLOW=127.0.0.2").Address
	s := &server{t, address}
	channel := s.channel()
	mine, theirs := "/api/media/agents/"+agent+"/upload", "/api/media/channels/"+channel+"/upload-media"
	image := stubmodel.Picture("x")
	for _, c := range []struct {
		name, url string
		want      string // in what the model reads
	}{
		{"notes.txt", s.upload(mine, "notes.txt", "text/plain", []byte("The launch word is bluebird.")), "The launch word is bluebird."},
		{"paper.pdf", s.upload(theirs, "paper.pdf", "application/pdf", paper("The secret fruit is a quince.")), "The secret fruit is a quince."},
		{"voice.wav", s.upload(theirs, "voice.wav", "audio/wav", stubmodel.Speech("meet me at the lighthouse")), "meet me at the lighthouse"},
		{"dot.png", s.upload(mine, "dot.png", "image/png", image), "A blue square; " + fmt.Sprint(len("data:image/png;base64,")+base64.StdEncoding.EncodedLen(len(image))) + " bytes"},
		{"blank.png", s.upload(mine, "blank.png", "image/png", stubmodel.Picture("blank")), "you could not look at it, because the model "},
		{"a whole address of ours", s.address + s.upload(mine, "again.txt", "text/plain", []byte("The other word is heron.")), "The other word is heron."},
		{"elsewhere", outside.URL + "/notes.txt", "The distant word is marmalade."},
		{"too large", outside.URL + "/large", "larger than 20 MB"},
		{"a way inside", outside.URL + "/inside", "private network"},
		{"inside", inside.URL, "private network"},
		{"metadata of a cloud", "http://169.254.169.254/latest/meta-data/", "private network"},
		{"a file of this machine", "file:///etc/passwd", "http and https"},
		{"another agent's", "/media/uploads/agents/" + me + "/1-1.txt", "belongs to somebody else"},
		{"what is not there", "/media/uploads/agents/" + agent + "/1-1.txt", "File not found"},
		{"a broken PDF", s.upload(mine, "broken.pdf", "application/pdf", []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF")), "the PDF cannot be read"},
		{"nothing", "", "has no address"},
	} {
		s.say(channel, "What is this? "+c.name, map[string]any{"url": c.url, "type": "document", "filename": c.name})
		if read := stub.Last().System; !strings.Contains(read, c.want) || !strings.Contains(read, c.name) {
			t.Errorf("%s: the model does not read %q:\n%s", c.name, c.want, read[max(0, strings.Index(read, "Attached")):])
		}
	}
	// what was perceived is in the memory, and read again later
	s.say(channel, "And this one?", map[string]any{"url": s.upload(mine, "b.txt", "text/plain", []byte("The last word is otter.")), "type": "document", "filename": "b.txt"})
	if kept := s.newestAttachments(); kept.Get("0.text").String() != "The last word is otter." || kept.Get("0.title").String() != "b.txt" || kept.Get("0.contentType").String() != "document" {
		t.Errorf("the memory has %s", kept)
	}
	s.say(channel, "What was the last word?")
	if read := stub.Last().System; !strings.Contains(read, "earlier") || !strings.Contains(read, "The last word is otter.") {
		t.Errorf("later the model does not read it any more:\n%s", read)
	}
}

// TestTheAgentMakesPictures has the model ask for a picture.
func TestTheAgentMakesPictures(t *testing.T) {
	stub := stubmodel.New()
	models := httptest.NewServer(stub)
	defer models.Close()
	address := built.Start(t, "OPENAI_BASE_URL="+models.URL+"/v1", "OPENAI_MODEL=stub-chat", "OPENAI_IMAGE_MODEL=stub-brush").Address
	s := &server{t, address}
	channel := s.channel()
	stub.Script(stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "1", Name: "GENERATE_IMAGE", Arguments: `{"prompt":"a heron at dawn"}`}}}, stubmodel.Reply{Times: 1}, stubmodel.Reply{Text: "Here it is."})
	answer := s.say(channel, "Draw a heron at dawn.")
	if got := answer.Get("agentResponse.text").String(); got != "Here it is." {
		t.Errorf("the answer is %q: %s", got, answer)
	}
	made := s.newestAttachments().Get("0")
	if made.Get("contentType").String() != "image" || !strings.HasPrefix(made.Get("url").String(), "/media/generated/"+agent+"/") {
		t.Fatalf("the memory has %s", made)
	}
	if got := answer.Get("agentResponse.attachments.0.url").String(); got != made.Get("url").String() {
		t.Errorf("the answer goes with %q, want %q", got, made.Get("url"))
	}
	for _, base := range []string{"", "/api"} {
		resp, err := http.Get(address + base + made.Get("url").String())
		if err != nil {
			t.Fatal(err)
		}
		picture, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.Header.Get("Content-Type") != "image/png" || !bytes.Equal(picture, stubmodel.Picture("a heron at dawn")) {
			t.Errorf("%s: %d %v, %d bytes: %v", base, resp.StatusCode, resp.Header, len(picture), err)
		}
	}
	listed := gjson.ParseBytes(get(t, address+"/api/messaging/channels/"+channel+"/messages"))
	if got := listed.Get("data.messages.0.metadata.attachments.0.url").String(); got != made.Get("url").String() {
		t.Errorf("the message shows %q", got)
	}
	// a model that fails makes the answer say so
	stub.Script(stubmodel.Reply{ToolCalls: []stubmodel.ToolCall{{ID: "2", Name: "GENERATE_IMAGE", Arguments: `{"prompt":"x"}`}}}, stubmodel.Reply{Status: 400, Message: "the prompt is refused"}, stubmodel.Reply{Text: "It did not work."})
	if got := s.say(channel, "Draw something else.").Get("agentResponse.text").String(); got != "It did not work." {
		t.Errorf("after a failure the answer is %q", got)
	}
	if last := string(stub.Last().Body); !strings.Contains(last, "the prompt is refused") {
		t.Errorf("the model is not told why: %s", last)
	}
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", address, resp.StatusCode, body, err)
	}
	return body
}

// TestTheOfflineAgentReads asks the agent that comes with the server about a
// document, in the message that brings it and in the next one.
func TestTheOfflineAgentReads(t *testing.T) {
	address := built.Start(t).Address
	s := &server{t, address}
	channel := s.channel()
	url := s.upload("/api/media/agents/"+agent+"/upload", "paper.pdf", "application/pdf", paper("The code of the archive door is 4711. The archive opens at nine."))
	answer := s.say(channel, "What is the code of the archive door?", map[string]any{"url": url, "type": "application/pdf", "filename": "paper.pdf"})
	if got := answer.Get("agentResponse.text").String(); !strings.Contains(got, "4711") {
		t.Errorf("asked about the document, the agent says %q", got)
	}
	if got := s.say(channel, "When does the archive open?").Get("agentResponse.text").String(); !strings.Contains(got, "nine") {
		t.Errorf("asked later, the agent says %q", got)
	}
}
