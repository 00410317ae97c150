package web

import (
	"crypto/subtle"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"

	"tributary/internal/news"
)

// Tokens holds the tokens of private feeds and counts their use. Requests do not write to the
// database: Take returns the counts for the caller to store from time to time. It is safe for
// concurrent use.
type Tokens struct {
	mu     sync.Mutex
	byHash map[news.TokenHash]news.Token
	used   map[int64]news.TokenUse // since the last Take
}

// NewTokens returns a Tokens without any tokens.
func NewTokens() *Tokens { return &Tokens{used: map[int64]news.TokenUse{}} }

// Set replaces all tokens. The list must include the revoked ones.
func (t *Tokens) Set(tokens []news.Token) {
	byHash := make(map[news.TokenHash]news.Token, len(tokens))
	for _, k := range tokens {
		byHash[k.Hash] = k
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byHash = byHash
}

// find returns the token with the given secret. Timing reveals nothing about the valid secrets: the
// token is looked up by the hash of the secret, no part of which a client can choose, and compared
// in constant time.
func (t *Tokens) find(secret string) (news.Token, bool) {
	hash := news.HashToken(secret)
	t.mu.Lock()
	found := t.byHash[hash]
	t.mu.Unlock()
	return found, subtle.ConstantTimeCompare(found.Hash[:], hash[:]) == 1
}

// record counts an answered request.
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

// Take returns how tokens were used since the last call.
func (t *Tokens) Take() []news.TokenUse {
	t.mu.Lock()
	defer t.mu.Unlock()
	uses := slices.Collect(maps.Values(t.used))
	clear(t.used)
	return uses
}

// GiveBack returns counts from Take that could not be stored.
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

// longestProduct is the greatest length kept of a product name, in bytes.
const longestProduct = 40

// product returns the first product in a User-Agent (RFC 9110 section 10.1.5), or the one after
// "compatible; " in an agent that begins with Mozilla/. It returns "unknown" if there is none.
func product(agent string) string {
	if _, rest, ok := strings.Cut(agent, "compatible; "); ok && strings.HasPrefix(agent, "Mozilla/") {
		agent = rest
	}
	end := strings.IndexFunc(agent, func(c rune) bool { return c != '/' && !httpguts.IsTokenRune(c) })
	if end >= 0 {
		agent = agent[:end]
	}
	if agent = agent[:min(len(agent), longestProduct)]; agent == "" {
		return "unknown"
	}
	return agent
}
