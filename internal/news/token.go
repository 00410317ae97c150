package news

import (
	"crypto/sha256"
	"strings"
	"time"
)

// Token gives one subscriber the right to read one private feed. The secret
// itself is the part of the addresses that nobody can guess. It is told once,
// when the token is made; what is kept is its hash.
type Token struct {
	ID      int64
	Feed    string    // name of the feed, as configured
	Name    string    // who has it, for the operator
	Hash    TokenHash // of the secret
	Made    time.Time
	Revoked time.Time // zero while it is good
	TokenUse
}

// TokenUse is how a token was used. As it comes from the web server it is what
// was added since the last time.
type TokenUse struct {
	TokenID    int64
	Used       time.Time // for the last time; zero for never
	Client     string    // the product that its User-Agent named then (RFC 9110 section 10.1.5)
	Requests   int64     // answered
	Unmodified int64     // of these, with 304
}

// Active is how long a token counts as in use after it was used.
const Active = 7 * 24 * time.Hour

// InUse reports whether somebody reads the feed by this token.
func (t Token) InUse(now time.Time) bool {
	return t.Revoked.IsZero() && !t.Used.IsZero() && now.Sub(t.Used) < Active
}

// TokenHash is what is stored of a secret.
type TokenHash [sha256.Size]byte

// TokenLength is the length of a secret: 26 characters of base32 (RFC 4648
// section 6), 130 random bits, as crypto/rand.Text makes them.
const TokenLength = 26

// HashToken returns the hash of a secret. It needs no salt and no slow function:
// there is nothing to guess.
func HashToken(secret string) TokenHash { return sha256.Sum256([]byte(secret)) }

// isToken reports whether a text has the form of a secret.
func isToken(s string) bool {
	return len(s) == TokenLength && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Aggregator is what an aggregator says in its User-Agent of how many people it
// fetches a feed for.
type Aggregator struct {
	FeedID      int64
	Format      string // that it fetches: "atom", "rss", "json"
	Client      string // its name
	Subscribers int
	Seen        time.Time
}
