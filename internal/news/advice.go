package news

// advice says for each Outcome what the operator can do.
var advice = map[Outcome]string{
	OutcomeOK:          "nothing",
	OutcomeUnchanged:   "nothing",
	OutcomeTruncated:   "nothing, unless it stays: then tell the publisher that the server cuts the document off",
	OutcomeGone:        "find its new address with `tributary add` and the site, or remove it",
	OutcomeLimited:     "wait; if it stays, give it a rarer schedule:",
	OutcomeHTTPError:   "open the address in a browser; for 404 try `tributary add` with the site, for 401 and 403 see headers:",
	OutcomeTimeout:     "wait; if it stays, the server is overloaded or drops us",
	OutcomeDNS:         "look for a typo or a dead domain; if many sources say so, at your own name server",
	OutcomeRefused:     "wait; for a seed folder, bring the folder back",
	OutcomeTLS:         "tell the publisher that the certificate is broken; if many sources say so, set your clock",
	OutcomeRedirects:   "open the address in a browser and configure where it ends",
	OutcomeBlocked:     "add the line that the sentence shows, if you want it to be reached",
	OutcomeRobots:      "leave it out, or ask the publisher",
	OutcomeTooLarge:    "ask the publisher for a shorter document",
	OutcomeNotAFeed:    "`tributary add` with the address finds the feed behind a page",
	OutcomeMalformed:   "`tributary parse --explain` shows what is wrong; tell the publisher",
	OutcomeInterrupted: "nothing: it is done again",
	OutcomeInternal:    "look into the log; if it is not the disk and not headers:, report it",
}

// Advice says what the operator can do about attempts that end so.
func (o Outcome) Advice() string { return advice[o] }
