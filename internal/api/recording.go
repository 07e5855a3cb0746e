package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech"
)

const (
	// maxRecordingBody leaves room for the fields beside a recording, and for a
	// recording in base64.
	maxRecordingBody = speech.MaxRecording*4/3 + 1<<20
	maxParts         = 50
	maxFieldBytes    = 1 << 20
)

// RecordingBody is a request that brings what somebody said.
type RecordingBody struct {
	AgentPath
	ContentType string `header:"Content-Type"`
	RawBody     []byte `contentType:"multipart/form-data"`
}

// recording is a file and what came with it.
type recording struct {
	audio  []byte
	fields map[string]string
}

// read takes a recording from a form (field audio or file), from JSON (the
// same fields, in base64 or as a data: address), or from a body that is the
// recording itself. It may be absent.
func (in *RecordingBody) read() (recording, error) {
	kind, parameters, err := mime.ParseMediaType(in.ContentType)
	if err != nil {
		return recording{}, eliza.Errorf(eliza.CodeInvalidContentType, wantsContentType)
	}
	switch {
	case kind == "multipart/form-data":
		return readForm(multipart.NewReader(bytes.NewReader(in.RawBody), parameters["boundary"]))
	case kind == "application/json":
		return readJSONRecording(in.RawBody)
	case strings.HasPrefix(kind, "audio/"), strings.HasPrefix(kind, "video/"), kind == "application/octet-stream":
		return recording{audio: in.RawBody, fields: map[string]string{}}, nil
	}
	return recording{}, eliza.Errorf(eliza.CodeInvalidContentType, wantsContentType)
}

func readForm(form *multipart.Reader) (recording, error) {
	r := recording{fields: map[string]string{}}
	for range maxParts {
		part, err := form.NextPart()
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return r, eliza.Errorf(eliza.CodeInvalidRequest, "body: not a form: %s", formProblem(err))
		}
		name := part.FormName()
		isAudio := name == "audio" || name == "file"
		limit := int64(maxFieldBytes)
		if isAudio {
			limit = maxRecordingBody
		}
		value, err := io.ReadAll(io.LimitReader(part, limit+1))
		switch {
		case err != nil:
			return r, eliza.Errorf(eliza.CodeInvalidRequest, "body: not a form: %s", formProblem(err))
		case int64(len(value)) > limit:
			return r, eliza.Errorf(eliza.CodeFileTooLarge, "%s: too large", name)
		case !isAudio:
			r.fields[name] = string(value)
		case part.FileName() == "" && part.Header.Get("Content-Type") == "":
			if r.audio, err = recordingText(name, string(value)); err != nil {
				return r, err
			}
		default:
			r.audio = value
		}
	}
	return r, eliza.Errorf(eliza.CodeInvalidRequest, "body: more than %d parts", maxParts)
}

func formProblem(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it is cut off"
	}
	return "a part cannot be read"
}

func readJSONRecording(body []byte) (recording, error) {
	r := recording{fields: map[string]string{}}
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil {
		return r, eliza.Errorf(eliza.CodeInvalidRequest, "body: not a JSON object")
	}
	for name, value := range all {
		text, is := value.(string)
		switch {
		case (name == "audio" || name == "file") && is:
			var err error
			if r.audio, err = recordingText(name, text); err != nil {
				return r, err
			}
		case is:
			r.fields[name] = text
		case value != nil:
			b, _ := json.Marshal(value)
			r.fields[name] = string(b)
		}
	}
	return r, nil
}

// recordingText reads a recording that was sent as text.
func recordingText(name, text string) ([]byte, error) {
	if data, is := strings.CutPrefix(text, "data:"); is {
		_, text, _ = strings.Cut(data, ",")
	}
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		b, err = base64.RawURLEncoding.DecodeString(text)
	}
	if err != nil {
		return nil, eliza.Errorf(eliza.CodeInvalidRequest, "%s: neither a file nor base64", name)
	}
	return b, nil
}

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
