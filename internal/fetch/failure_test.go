package fetch

import (
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	"tributary/internal/news"
)

// TestOurOwnMachineRefuses holds that no publisher is blamed for what this machine refuses.
func TestOurOwnMachineRefuses(t *testing.T) {
	dial := func(call string, err error) error {
		return &url.Error{Op: "Get", URL: "https://example.org/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError(call, err)}}
	}
	const files = "this machine allows Tributary no more open files; raise the limit (ulimit -n, LimitNOFILE= of systemd)"
	const forbidden = "this machine forbids the connection: look at its firewall, and at IPAddressDeny= of systemd"
	for _, tt := range []struct {
		err     error
		outcome news.Outcome
		text    string
	}{
		{dial("socket", syscall.EMFILE), news.OutcomeInternal, files},
		{dial("socket", syscall.ENFILE), news.OutcomeInternal, files},
		{dial("connect", syscall.EPERM), news.OutcomeRefused, forbidden},
		{dial("connect", syscall.EACCES), news.OutcomeRefused, forbidden},
		{dial("connect", syscall.ECONNREFUSED), news.OutcomeRefused, "connection refused"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Name: "example.org", Err: "dial udp 192.0.2.1:53: socket: too many open files"}}, news.OutcomeInternal, files},
	} {
		x := &exchange{client: &Client{limits: DefaultLimits()}}
		if got := x.explain(t.Context(), tt.err); got.Outcome != tt.outcome || got.Error() != tt.text {
			t.Errorf("%v: got %s (%s), want %s (%s)", tt.err, got.Outcome, got, tt.outcome, tt.text)
		}
	}
}
