package feedtest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"time"
)

// Response is what a path answers. The zero Response is 200 without a body.
type Response struct {
	Status int               // 0 means 200, or 302 with Redirect
	Header map[string]string // sent as they are
	Body   []byte

	// ETag and LastModified are sent, and a request that repeats one of them is
	// answered 304 without a body. If-None-Match goes first, as in RFC 9110
	// section 13.2.2.
	ETag         string
	LastModified string

	Gzip     bool   // compressed for clients that accept it
	Redirect string // the Location, as it is sent

	Fault Fault
	Pause time.Duration // how long the slow faults wait; 0 means 100 ms
}

// Fault is a way to misbehave.
type Fault string

// The faults. Those that cut send half of the body.
const (
	SlowHeader  Fault = "slow header"  // waits for Pause before the status line
	DripHeader  Fault = "drip header"  // header bytes one by one, Pause apart, without an end
	HugeHeader  Fault = "huge header"  // 4 MiB of header fields
	Trickle     Fault = "trickle"      // body bytes one by one, Pause apart
	Stall       Fault = "stall"        // half of the body, then nothing
	CutLength   Fault = "cut length"   // Content-Length tells of more than comes
	CutChunked  Fault = "cut chunked"  // no final chunk
	CutClose    Fault = "cut close"    // HTTP/1.0: the end of the connection is the end of the body
	CutGzip     Fault = "cut gzip"     // half of the compressed bytes, with their true length
	BadGzip     Fault = "bad gzip"     // compressed bytes whose checksum is wrong
	FalseGzip   Fault = "false gzip"   // says gzip and sends the body as it is
	DoubleGzip  Fault = "double gzip"  // compressed twice, declared once
	Bomb        Fault = "bomb"         // 1 GiB of zeros in 1 MiB of gzip
	Huge        Fault = "huge"         // an endless body
	HugeLength  Fault = "huge length"  // a Content-Length of 1 TiB
	ShortLength Fault = "short length" // Content-Length tells of less than comes
	BadChunks   Fault = "bad chunks"   // a chunk in the middle has no readable size
	ManyHeaders Fault = "many headers" // 60,000 small header fields
	Inform      Fault = "inform"       // 103 again and again, Pause apart, and no final answer
	Reset       Fault = "reset"        // breaks the connection off (RST) instead of answering
	ResetBody   Fault = "reset body"   // the same after half of the body
	HangUp      Fault = "hang up"      // closes the connection instead of answering
	Garbage     Fault = "garbage"      // answers in no known protocol
	EchoRequest Fault = "echo request" // a status line made of the request's header, for canaries
)

// answer is one response being written.
type answer struct {
	Response
	w       http.ResponseWriter
	r       *http.Request
	closing chan struct{}
}

// write sends the answer.
func (a *answer) write() {
	for name, value := range a.Header {
		a.w.Header().Set(name, value)
	}
	a.setHeader("ETag", a.ETag)
	a.setHeader("Last-Modified", a.LastModified)
	a.setHeader("Location", a.Redirect)
	if misbehave, ok := faults[a.Fault]; ok {
		misbehave(a)
		return
	}
	if a.notModified() {
		a.w.WriteHeader(http.StatusNotModified)
		return
	}

	body := a.Body
	if a.Gzip && strings.Contains(a.r.Header.Get("Accept-Encoding"), "gzip") {
		a.w.Header().Set("Content-Encoding", "gzip")
		body = Gzip(body)
	}
	a.w.WriteHeader(a.status())
	a.w.Write(body)
}

func (a *answer) setHeader(name, value string) {
	if value != "" {
		a.w.Header().Set(name, value)
	}
}

// status is the one to send.
func (a *answer) status() int {
	switch {
	case a.Status != 0:
		return a.Status
	case a.Redirect != "":
		return http.StatusFound
	}
	return http.StatusOK
}

// notModified reports whether the client has this version already.
func (a *answer) notModified() bool {
	if tag := a.r.Header.Get("If-None-Match"); tag != "" {
		return a.ETag != "" && tag == a.ETag
	}
	since := a.r.Header.Get("If-Modified-Since")
	return since != "" && since == a.LastModified
}

// pause waits and reports whether to go on: not when the client or the test has
// ended.
func (a *answer) pause() bool {
	wait := a.Pause
	if wait == 0 {
		wait = 100 * time.Millisecond
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.r.Context().Done():
	case <-a.closing:
	}
	return false
}

// Gzip returns body compressed.
func Gzip(body []byte) []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	zip.Write(body) // a buffer takes everything
	zip.Close()
	return b.Bytes()
}
