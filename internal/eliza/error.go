package eliza

import (
	"errors"
	"fmt"
)

// Code tells a program what went wrong. The values are those that ElizaOS
// documents in its error reference; a few of its later server are added.
type Code string

// The codes that an answer may carry.
const (
	CodeInvalidID          Code = "INVALID_ID"
	CodeInvalidChannelID   Code = "INVALID_CHANNEL_ID"
	CodeMissingChannelID   Code = "MISSING_CHANNEL_ID"
	CodeInvalidFileType    Code = "INVALID_FILE_TYPE"
	CodeInvalidRequest     Code = "INVALID_REQUEST"
	CodeInvalidContentType Code = "INVALID_CONTENT_TYPE"
	CodeBadRequest         Code = "BAD_REQUEST"
	CodeMissingParam       Code = "MISSING_PARAM"
	CodeUnauthorized       Code = "UNAUTHORIZED"
	CodeForbidden          Code = "FORBIDDEN"
	CodeNotFound           Code = "NOT_FOUND"
	CodeMethodNotAllowed   Code = "METHOD_NOT_ALLOWED"
	CodeTimeout            Code = "TIMEOUT"
	CodeConflict           Code = "CONFLICT"
	CodeGone               Code = "GONE"
	CodeTooLarge           Code = "PAYLOAD_TOO_LARGE"
	CodeFileTooLarge       Code = "FILE_TOO_LARGE"
	CodeUnsupportedMedia   Code = "UNSUPPORTED_MEDIA_TYPE"
	CodeUpload             Code = "UPLOAD_ERROR"
	CodeStorageFull        Code = "STORAGE_FULL"
	CodeRateLimit          Code = "RATE_LIMIT_EXCEEDED"
	CodeDatabase           Code = "DB_ERROR"
	CodeModel              Code = "MODEL_ERROR"
	CodeProcessing         Code = "PROCESSING_ERROR"
	CodeCreate             Code = "CREATE_ERROR"
	CodeUpdate             Code = "UPDATE_ERROR"
	CodeDelete             Code = "DELETE_ERROR"
	CodeUnavailable        Code = "UNAVAILABLE"
	CodeInternal           Code = "500"
)

// Error is a failure that a client may be told of. Message and Details are
// written for it; Err is for the log alone.
type Error struct {
	Code    Code
	Message string // one sentence for a person
	Details string // optional, what exactly; never sent with a status of 500 or more
	Err     error  // the cause, if any
}

func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Message
	if e.Details != "" {
		s += " (" + e.Details + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error whose message is formatted.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// NotFound says that a thing of the given kind ("Agent", "Channel") is absent.
func NotFound(kind string) *Error { return &Error{Code: CodeNotFound, Message: kind + " not found"} }

// ErrorCode returns the code of the first Error in the chain, CodeInternal
// for any other error and "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// ErrorMessage returns what a client may read of err: the message of the
// first Error in the chain, or a plain sentence that reveals nothing.
func ErrorMessage(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "Internal server error"
}
