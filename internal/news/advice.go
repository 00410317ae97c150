package news

import (
	"html"
	"strings"
)

// advice says for each Outcome what the operator can do.
var advice = map[Outcome]string{
	OutcomeOK:          "nothing",
	OutcomeUnchanged:   "nothing",
	OutcomeTruncated:   "nothing, unless it stays: then tell the publisher that the server cuts the document off",
	OutcomeGone:        "find its new address with `tributary add` and the site, or remove it",
	OutcomeLimited:     "wait; if it stays, give it a rarer schedule:",
	OutcomeHTTPError:   "open the address in a browser; if it is well there, the server wants a login or another user_agent:",
	OutcomeTimeout:     "wait; if it stays, the server is overloaded or drops us",
	OutcomeDNS:         "look for a typo or a dead domain; if many sources say so, at your own name server",
	OutcomeRefused:     "wait; if it stays, open the address in a browser",
	OutcomeTLS:         "open the address in a browser: broken there too, tell the publisher; if many sources say so, set your clock",
	OutcomeRedirects:   "open the address in a browser and configure where it ends",
	OutcomeBlocked:     "add the line that the sentence shows, only if you know and want what it leads to",
	OutcomeRobots:      "leave it out, or ask the publisher",
	OutcomeTooLarge:    "ask the publisher for a shorter document",
	OutcomeNotAFeed:    "open the address in a browser; `tributary add` with it finds the feed behind a page",
	OutcomeMalformed:   "`tributary parse --explain` shows what is wrong; tell the publisher",
	OutcomeInterrupted: "nothing: it is done again",
	OutcomeInternal:    "look into the log; if it is not the disk, not headers: and no limit of this machine, report it",
}

// Advice says what the operator can do about attempts that end so.
func (o Outcome) Advice() string { return advice[o] }

// Advice says what the operator can do about an attempt that ended so: for an
// error of HTTP by its status (RFC 9110 section 15).
func (f Fetch) Advice() string {
	switch {
	case f.Outcome != OutcomeHTTPError:
	case f.Status == 401:
		return "it wants a login: give the source basic_auth: or headers:"
	case f.Status == 404:
		return "look for its new address: `tributary add` with the site finds it"
	case f.Status >= 500:
		return "wait; if it stays, tell the publisher"
	}
	return f.Outcome.Advice()
}

// AdviceHTML returns advice as HTML. Text in backquotes, which is to be typed, becomes <code>.
func AdviceHTML(advice string) string {
	parts := strings.Split(advice, "`")
	if len(parts)%2 == 0 { // a backquote is not closed
		return html.EscapeString(advice)
	}
	for i, part := range parts {
		parts[i] = html.EscapeString(part)
		if i%2 == 1 {
			parts[i] = "<code>" + parts[i] + "</code>"
		}
	}
	return strings.Join(parts, "")
}
