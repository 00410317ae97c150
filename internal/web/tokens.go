package web

import (
	"crypto/subtle"
	"strings"
	"sync"
	"time"

	"tributary/internal/news"
)

// Tokens knows who may read private feeds, and notes who did. A request writes
// nothing to the database: what Take returns is for whoever does, now and then. It
// is safe for concurrent use.
type Tokens struct {
	mu     sync.Mutex
	byHash map[news.TokenHash]news.Token
	used   map[int64]news.TokenUse // since the last Take
}

// NewTokens returns one that knows no token.
func NewTokens() *Tokens { return &Tokens{used: map[int64]news.TokenUse{}} }

// Set replaces the tokens by all that there are, revoked ones too.
func (t *Tokens) Set(tokens []news.Token) {
	byHash := make(map[news.TokenHash]news.Token, len(tokens))
	for _, k := range tokens {
		byHash[k.Hash] = k
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byHash = byHash
}

// find returns the token of a secret. It takes the same time for every wrong one:
// it is looked up by its hash, of which nobody can choose a part, and compared in
// constant time.
func (t *Tokens) find(secret string) (news.Token, bool) {
	hash := news.HashToken(secret)
	t.mu.Lock()
	found := t.byHash[hash]
	t.mu.Unlock()
	return found, subtle.ConstantTimeCompare(found.Hash[:], hash[:]) == 1
}

// note counts a request that was answered.
func (t *Tokens) record(id int64, agent string, unmodified bool, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.used[id]
	u.TokenID, u.Used, u.Client = id, now, product(agent)
	u.Requests++
	if unmodified {
		u.Unmodified++
	}
	t.used[id] = u
}

// Take returns how tokens were used since the last time.
func (t *Tokens) Take() []news.TokenUse {
	t.mu.Lock()
	defer t.mu.Unlock()
	uses := make([]news.TokenUse, 0, len(t.used))
	for _, u := range t.used {
		uses = append(uses, u)
	}
	clear(t.used)
	return uses
}

// GiveBack takes back what Take returned and could not be stored.
func (t *Tokens) GiveBack(uses []news.TokenUse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range uses {
		if since, ok := t.used[u.TokenID]; ok {
			u.Used, u.Client = since.Used, since.Client
			u.Requests, u.Unmodified = u.Requests+since.Requests, u.Unmodified+since.Unmodified
		}
		t.used[u.TokenID] = u
	}
}

// longestProduct bounds what is kept of a User-Agent.
const longestProduct = 40

// product returns the product that a User-Agent names first (RFC 9110 section
// 10.1.5), behind what every browser says the one that it is compatible with;
// "unknown" for none.
func product(agent string) string {
	if _, rest, ok := strings.Cut(agent, "compatible; "); ok && strings.HasPrefix(agent, "Mozilla/") {
		agent = rest
	}
	end := strings.IndexFunc(agent, func(c rune) bool { return c != '/' && !isTokenRune(c) })
	if end >= 0 {
		agent = agent[:end]
	}
	if agent = agent[:min(len(agent), longestProduct)]; agent == "" {
		return "unknown"
	}
	return agent
}

// isTokenRune reports whether c may stand in a token of RFC 9110 section 5.6.2.
func isTokenRune(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c)
}
