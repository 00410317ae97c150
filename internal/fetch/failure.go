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

// explain turns the error of a hop into an Outcome and a sentence of our own. The order matters:
// first come causes that are certain, such as a refused address; then a context that has ended,
// which may be the cause of any other error; and only then the type of the error.
func (x *exchange) explain(ctx context.Context, err error) *news.Failure {
	if failure, ok := errors.AsType[*news.Failure](err); ok {
		return failure
	}
	if refusal, ok := errors.AsType[*netguard.Refusal](err); ok {
		return &news.Failure{Outcome: news.OutcomeBlocked, Err: refusal}
	}
	if cause := context.Cause(ctx); cause != nil {
		return x.ended(cause)
	}
	if outOfFiles(err) {
		return news.Failf(news.OutcomeInternal, "this machine allows Tributary no more open files; raise the limit (ulimit -n, LimitNOFILE= of systemd)")
	}
	op, isOp := errors.AsType[*net.OpError](err)
	if isOp && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) {
		return news.Failf(news.OutcomeRefused, "the proxy cannot be used: %s", refusedText(err))
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return explainDNS(dns)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return x.timeout()
	}
	if x.stage.Load() == handshaking || isOp && op.Op == "remote error" {
		return news.Failf(news.OutcomeTLS, "%s", tlsText(err))
	}
	if text := err.Error(); strings.Contains(text, "headers exceeded") || strings.Contains(text, "header list larger") {
		return news.Failf(news.OutcomeTooLarge, "the header of the answer is larger than %s", bytesText(maxHeaderBytes))
	}
	return news.Failf(news.OutcomeRefused, "%s", refusedText(err))
}

// ended explains a context that is done. Our limit and the caller's deadline are timeouts;
// otherwise the caller cancelled it.
func (x *exchange) ended(cause error) *news.Failure {
	switch {
	case errors.Is(cause, errTotal):
		return news.Failf(news.OutcomeTimeout, "no complete answer within %v", x.client.limits.Total)
	case errors.Is(cause, context.DeadlineExceeded):
		return news.Failf(news.OutcomeTimeout, "no complete answer in the time that was given")
	}
	return news.Failf(news.OutcomeInterrupted, "interrupted before an answer was complete")
}

// timeout returns a failure that names the limit that was exceeded.
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

// outOfFiles reports whether no socket could be opened. The error of a look-up has the cause only
// in its text.
func outOfFiles(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) ||
		ok && strings.Contains(dns.Err, syscall.EMFILE.Error())
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

// tlsText says why a handshake failed. It contains no text from the certificate.
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

// refusedText says why there was no response.
func refusedText(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no route to the host"
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		return "this machine forbids the connection: look at its firewall, and at IPAddressDeny= of systemd"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke before an answer came"
	}
	return "the answer is not HTTP, or the connection broke"
}

// sentence returns the text of a failure, preceded by the host where it occurred.
func (x *exchange) sentence(failure *news.Failure) string {
	switch {
	case x.at == nil:
		return failure.Error()
	case x.at == x.first:
		return x.host(x.at) + ": " + failure.Error()
	}
	return fmt.Sprintf("%s (redirected from %s): %s", x.host(x.at), x.host(x.first), failure.Error())
}

// host returns the host of a hop for display. A redirecting server can choose it, so it is
// truncated and escaped, and replaced if it contains one of our secrets.
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

// secrets returns the values of the operator's headers, whole and word by word, and of the
// configured address's query and the form.
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

// minSecret is the minimum length in bytes of a value that is looked for in a host. Shorter values
// are not secrets and occur in any name.
const minSecret = 6

// maxShown is the maximum length of a host that is shown, in bytes.
const maxShown = 80

func cut(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}

// bytesText formats a number of bytes.
func bytesText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
