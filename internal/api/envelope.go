package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/elizad/elizad/internal/eliza"
)

// failure is the envelope of an error, as error-responses.md of ElizaOS
// documents it.
type failure struct {
	Success bool    `json:"success" doc:"Always false"`
	Problem problem `json:"error"`

	status int
	cause  error // for the log
}

type problem struct {
	Code    string `json:"code" example:"NOT_FOUND"`
	Message string `json:"message" example:"Agent not found"`
	Details string `json:"details,omitempty" doc:"What exactly; never with a status of 500 or more"`
}

func (f *failure) Error() string  { return f.Problem.Code + ": " + f.Problem.Message }
func (f *failure) GetStatus() int { return f.status }
func (f *failure) Unwrap() error  { return f.cause }

// wantsContentType is told where a body is not said to be JSON.
const wantsContentType = "Invalid or missing Content-Type header"

// statuses gives each code its HTTP status; any other code is 500.
var statuses = map[eliza.Code]int{
	eliza.CodeInvalidID: 400, eliza.CodeInvalidChannelID: 400, eliza.CodeMissingChannelID: 400, eliza.CodeInvalidFileType: 400,
	eliza.CodeInvalidRequest: 400, eliza.CodeInvalidContentType: 400, eliza.CodeBadRequest: 400, eliza.CodeMissingParam: 400,
	eliza.CodeUnauthorized: 401, eliza.CodeForbidden: 403, eliza.CodeNotFound: 404, eliza.CodeMethodNotAllowed: 405,
	eliza.CodeTimeout: 408, eliza.CodeConflict: 409, eliza.CodeGone: 410, eliza.CodeTooLarge: 413, eliza.CodeFileTooLarge: 413, eliza.CodeUnsupportedMedia: 400, eliza.CodeStorageFull: 507, eliza.CodeRateLimit: 429, eliza.CodeUnavailable: 503,
	eliza.CodeSessionInvalid: 400, eliza.CodeSessionNotFound: 404, eliza.CodeAgentUnavailable: 404, eliza.CodeSessionExpired: 410, eliza.CodeSessionRenewal: 422,
}

// fail turns any error into the envelope. A handler that wants another code
// for bad input than the domain's wraps the error first.
func fail(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var e *eliza.Error
	if !errors.As(err, &e) {
		if errors.Is(err, context.DeadlineExceeded) {
			e = eliza.Errorf(eliza.CodeTimeout, "The operation took too long")
		} else {
			e = &eliza.Error{Code: eliza.CodeInternal, Message: "Internal server error"}
		}
	}
	f = &failure{status: statuses[e.Code], Problem: problem{Code: string(e.Code), Message: e.Message, Details: e.Details}, cause: err}
	if f.status == 0 {
		f.status = http.StatusInternalServerError
	}
	if f.status >= 500 {
		f.Problem.Details = ""
	}
	return f
}

// as gives an error another code, keeping its words.
func as(code eliza.Code, status int, err error) error {
	f := *fail(err)
	f.Problem.Code, f.status = string(code), status
	return &f
}

func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if f := ownFailure(errs); f != nil {
			return f
		}
		return invalid(status, message, errs)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, message string, errs ...error) huma.StatusError {
		err := huma.NewError(status, message, errs...)
		code, own := c.Operation().Metadata["invalid"].(eliza.Code)
		if f, is := err.(*failure); is && own && f.Problem.Code == string(eliza.CodeInvalidRequest) {
			f.Problem.Code = string(code)
		}
		if f, is := err.(*failure); is && f.status == http.StatusRequestEntityTooLarge && c.Operation().Metadata["file"] == true {
			f.Problem.Code, f.Problem.Message = string(eliza.CodeFileTooLarge), "The file is too large"
		}
		return err
	}
}

// ownFailure finds the error that one of our handlers returned.
func ownFailure(errs []error) *failure {
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if err != nil && !errors.As(err, &detail) {
			return fail(err)
		}
	}
	return nil
}

// invalid words what huma found wrong with a request. It names the field.
func invalid(status int, message string, errs []error) *failure {
	switch status {
	case http.StatusUnsupportedMediaType:
		return &failure{status: 400, Problem: problem{Code: string(eliza.CodeInvalidContentType), Message: wantsContentType}}
	case http.StatusRequestEntityTooLarge:
		return &failure{status: status, Problem: problem{Code: string(eliza.CodeTooLarge), Message: "The request body is too large"}}
	case http.StatusRequestTimeout:
		return &failure{status: status, Problem: problem{Code: string(eliza.CodeTimeout), Message: "The request took too long to arrive"}}
	}
	if status >= 500 || status < 400 {
		return fail(errors.New(message))
	}
	f := &failure{status: http.StatusBadRequest, Problem: problem{Code: string(eliza.CodeInvalidRequest), Message: message}}
	var details []string
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			continue
		}
		if code, text, isID := badPathID(d.Location); isID {
			return &failure{status: 400, Problem: problem{Code: string(code), Message: text}}
		}
		details = append(details, strings.TrimPrefix(cmp.Or(strings.TrimPrefix(d.Location, "body."), "body")+": "+d.Message, "body: "))
	}
	if len(details) > 0 {
		f.Problem.Message = details[0]
		f.Problem.Details = strings.Join(details[1:], "; ")
	}
	return f
}

// pathIDs are the ids of paths and queries whose errors the documents word.
var pathIDs = map[string]string{
	"path.agentId": "agent", "path.roomId": "room", "path.worldId": "world", "path.memoryId": "memory", "path.logId": "log", "path.runId": "run",
	"path.messageId": "message", "path.keyId": "key", "path.budgetId": "budget", "path.messageServerId": "message server",
	"query.roomId": "room", "query.room": "room", "query.worldId": "world", "query.entityId": "entity",
}

func badPathID(location string) (eliza.Code, string, bool) {
	if location == "path.channelId" || location == "query.channelId" {
		return eliza.CodeInvalidChannelID, "Invalid channel ID format", true
	}
	kind, isID := pathIDs[location]
	return eliza.CodeInvalidID, "Invalid " + kind + " ID format", isID
}

// writeFailure answers outside of an operation.
func writeFailure(w http.ResponseWriter, err error) {
	f := fail(err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(f)
}
