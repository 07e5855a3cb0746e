package stubmodel

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"

	"github.com/tidwall/gjson"
)

// Picture is what the server answers when it is asked for a picture: a PNG of
// one colour, which follows from the length of the prompt.
func Picture(prompt string) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		m.Set(i%16, i/16, color.RGBA{uint8(len(prompt)), 100, 200, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// servePicture answers POST /v1/images/generations as OpenAI does.
func (s *Server) servePicture(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	prompt := gjson.GetBytes(body, "prompt").String()
	call := Call{Key: sentKey(r), Body: body, LastUser: prompt, Model: gjson.GetBytes(body, "model").String()}
	if reply := s.next(&call); early(w, r, &reply, call.Key, openAI{}.failure) {
		return
	}
	if err != nil || prompt == "" {
		w.WriteHeader(http.StatusBadRequest)
		w.Write(openAI{}.failure(nil, 0, "invalid_request_error", "a prompt is required"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"created":1,"data":[{"b64_json":%q}]}`, base64.StdEncoding.EncodeToString(Picture(prompt)))
}
