package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"tributary/internal/netguard"
	"tributary/internal/news"
)

// explain turns the error of a hop into an Outcome and words of our own. The
// order matters: a refused address and a name that does not resolve are known
// for certain, a context that ended explains everything else, and only then do
// the kinds of error count.
func (x *exchange) explain(ctx context.Context, err error) *news.Failure {
	if failure := (*news.Failure)(nil); errors.As(err, &failure) {
		return failure
	}
	if refusal := (*netguard.Refusal)(nil); errors.As(err, &refusal) {
		return &news.Failure{Outcome: news.OutcomeBlocked, Err: refusal}
	}
	if cause := context.Cause(ctx); cause != nil {
		return x.ended(cause)
	}
	op := (*net.OpError)(nil)
	if errors.As(err, &op) && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) {
		return news.Failf(news.OutcomeRefused, "the proxy cannot be used: %s", refusedText(err))
	}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		return explainDNS(dns)
	}
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return x.timeout()
	}
	if x.stage.Load() == handshaking || op != nil && op.Op == "remote error" {
		return news.Failf(news.OutcomeTLS, "%s", tlsText(err))
	}
	if text := err.Error(); strings.Contains(text, "headers exceeded") || strings.Contains(text, "header list larger") {
		return news.Failf(news.OutcomeTooLarge, "the header of the answer is larger than %s", bytesText(maxHeaderBytes))
	}
	return news.Failf(news.OutcomeRefused, "%s", refusedText(err))
}

// ended explains a context that is over: by our limit or the caller's deadline
// it is a timeout, else the caller wants to stop.
func (x *exchange) ended(cause error) *news.Failure {
	switch {
	case errors.Is(cause, errTotal):
		return news.Failf(news.OutcomeTimeout, "no complete answer within %v", x.client.limits.Total)
	case errors.Is(cause, context.DeadlineExceeded):
		return news.Failf(news.OutcomeTimeout, "no complete answer in the time that was given")
	}
	return news.Failf(news.OutcomeInterrupted, "interrupted before an answer was complete")
}

// timeout names the limit that was hit.
func (x *exchange) timeout() *news.Failure {
	limits := x.client.limits
	switch x.stage.Load() {
	case connecting:
		return news.Failf(news.OutcomeTimeout, "no connection within %v", limits.Dial)
	case handshaking:
		return news.Failf(news.OutcomeTimeout, "no TLS handshake within %v", limits.TLS)
	}
	return news.Failf(news.OutcomeTimeout, "no answer within %v", limits.Header)
}

func explainDNS(err *net.DNSError) *news.Failure {
	switch {
	case err.IsNotFound:
		return news.Failf(news.OutcomeDNS, "the host name does not resolve")
	case err.IsTimeout:
		return news.Failf(news.OutcomeDNS, "the host name does not resolve: the name server did not answer")
	}
	return news.Failf(news.OutcomeDNS, "the host name does not resolve: the name server could not tell")
}

// tlsText says why a handshake failed. A certificate's own texts stay out.
func tlsText(err error) string {
	var (
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &host):
		return "the certificate is for another host"
	case errors.As(err, &unknown):
		return "the certificate is signed by an authority that is not trusted here"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "the certificate is not valid"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "the server does not speak TLS here; try http://"
	}
	return "the TLS handshake failed"
}

// refusedText says why there was no answer.
func refusedText(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no route to the host"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke before an answer came"
	}
	return "the answer is not HTTP, or the connection broke"
}

// sentence puts the host in front of what happened there.
func (x *exchange) sentence(failure *news.Failure) string {
	switch {
	case x.at == nil:
		return failure.Error()
	case x.at == x.first:
		return x.host(x.at) + ": " + failure.Error()
	}
	return fmt.Sprintf("%s (redirected from %s): %s", x.host(x.at), x.host(x.first), failure.Error())
}

// host shows the host of a hop, which may be of a server's making: cut, escaped,
// and left out when it repeats a secret that the server got from us.
func (x *exchange) host(u *url.URL) string {
	shown := strings.ToLower(u.Host)
	for _, secret := range x.secrets() {
		if len(secret) >= minSecret && strings.Contains(shown, strings.ToLower(secret)) {
			return "a host that repeats a secret"
		}
	}
	quoted := strconv.Quote(cut(u.Host))
	return quoted[1 : len(quoted)-1]
}

// secrets returns what the operator's headers and the query of the configured
// address hold, whole and word by word.
func (x *exchange) secrets() []string {
	var list []string
	for _, value := range x.request.Headers {
		list = append(append(list, value), strings.Fields(value)...)
	}
	for _, values := range []url.Values{x.first.Query(), x.form} {
		for _, value := range values {
			list = append(list, value...)
		}
	}
	return list
}

// minSecret is the length in bytes from which a value is looked for in a host:
// shorter ones are no secrets, and part of every name.
const minSecret = 6

// maxShown is how much of a foreign host is shown, in bytes.
const maxShown = 80

func cut(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}

// bytesText writes a number of bytes for people.
func bytesText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
