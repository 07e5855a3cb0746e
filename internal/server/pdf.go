package server

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/elizad/elizad/internal/eliza"
	"github.com/elizad/elizad/internal/speech/program"
)

const (
	pdfTime = 20 * time.Second
	maxPDF  = 1 << 20 // bytes of text
)

// PDFCommand is the command of elizad that reads a PDF from standard input and
// writes its text: a file that somebody made to do harm harms that process.
const PDFCommand = "pdf-text"

// readPDF has another process of this program read a PDF.
func readPDF(ctx context.Context, data []byte) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", &eliza.Error{Code: eliza.CodeProcessing, Message: "the PDF cannot be read", Err: err}
	}
	limited, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	text, err := program.Run(limited, maxPDF, data, self, PDFCommand)
	switch {
	case err == nil:
		return string(text), nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return "", eliza.Errorf(eliza.CodeProcessing, "the PDF took too long to read")
	}
	return "", &eliza.Error{Code: eliza.CodeProcessing, Message: "the PDF cannot be read, or it needs a password", Err: err}
}
