package feedtest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"net/http"
	"strings"
	"time"
)

// Response is the response for a path. The zero Response is 200 without a body.
type Response struct {
	Status int               // 0 means 200, or 302 with Redirect
	Header map[string]string // sent verbatim
	Body   []byte

	// ETag and LastModified are sent. A request that repeats one of them is answered with 304.
	// If-None-Match takes precedence, as in RFC 9110 section 13.2.2.
	ETag         string
	LastModified string

	Gzip     bool   // compressed for clients that accept it
	Redirect string // Location, sent verbatim

	Fault Fault
	Pause time.Duration // delay of the slow faults; 0 means 100 ms
}

// Fault is a kind of misbehaviour.
type Fault string

// The faults. Those that truncate send half of the body.
const (
	SlowHeader  Fault = "slow header"  // waits for Pause before the status line
	DripHeader  Fault = "drip header"  // header bytes one by one, Pause apart, endlessly
	HugeHeader  Fault = "huge header"  // 4 MiB of header fields
	Trickle     Fault = "trickle"      // body bytes one by one, Pause apart
	Stall       Fault = "stall"        // half of the body, then nothing
	CutLength   Fault = "cut length"   // Content-Length is larger than the body
	CutChunked  Fault = "cut chunked"  // no final chunk
	CutClose    Fault = "cut close"    // HTTP/1.0: the body ends when the connection does
	CutGzip     Fault = "cut gzip"     // half of the compressed bytes, with their actual length
	BadGzip     Fault = "bad gzip"     // compressed, with a wrong checksum
	FalseGzip   Fault = "false gzip"   // labelled gzip, sent uncompressed
	DoubleGzip  Fault = "double gzip"  // compressed twice, declared once
	Bomb        Fault = "bomb"         // 1 GiB of zeros in 1 MiB of gzip
	Huge        Fault = "huge"         // an endless body
	HugeLength  Fault = "huge length"  // a Content-Length of 1 TiB
	ShortLength Fault = "short length" // Content-Length is smaller than the body
	BadChunks   Fault = "bad chunks"   // one chunk in the middle has an invalid size
	ManyHeaders Fault = "many headers" // 60,000 small header fields
	Inform      Fault = "inform"       // 103 repeatedly, Pause apart, without a final response
	Reset       Fault = "reset"        // resets the connection (RST) instead of answering
	ResetBody   Fault = "reset body"   // the same after half of the body
	HangUp      Fault = "hang up"      // closes the connection instead of answering
	Garbage     Fault = "garbage"      // answers in no known protocol
	EchoRequest Fault = "echo request" // a status line that repeats the request's header, for canaries
)

// answer is a response being written.
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

// status returns the status to send.
func (a *answer) status() int {
	switch {
	case a.Status != 0:
		return a.Status
	case a.Redirect != "":
		return http.StatusFound
	}
	return http.StatusOK
}

// notModified reports whether the client has the current version.
func (a *answer) notModified() bool {
	if tag := a.r.Header.Get("If-None-Match"); tag != "" {
		return a.ETag != "" && tag == a.ETag
	}
	since := a.r.Header.Get("If-Modified-Since")
	return since != "" && since == a.LastModified
}

// pause waits. It returns false if the client or the test has ended.
func (a *answer) pause() bool {
	wait := cmp.Or(a.Pause, 100*time.Millisecond)
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

// Gzip returns body compressed with gzip.
func Gzip(body []byte) []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	zip.Write(body) // a buffer never fails
	zip.Close()
	return b.Bytes()
}
