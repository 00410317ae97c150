package websub

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"
)

// methods are the ways to sign of section 7.1. HMAC does not suffer from what
// broke SHA-1, and many hubs know nothing else.
var methods = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

// sign returns the X-Hub-Signature of what our hub delivers: section 7.1, by SHA-256,
// as section 8.3 asks for at least.
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body) // a hash takes everything
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// isSigned reports whether an X-Hub-Signature field, "method=hex", is that of a
// body under a secret. It takes the same time however much of it is right.
func isSigned(field, secret string, body []byte) bool {
	method, signature, _ := strings.Cut(field, "=")
	newHash, known := methods[strings.ToLower(strings.TrimSpace(method))]
	given, err := hex.DecodeString(strings.TrimSpace(signature))
	if !known || err != nil {
		return false
	}
	mac := hmac.New(newHash, []byte(secret))
	mac.Write(body) // a hash takes everything
	return hmac.Equal(mac.Sum(nil), given)
}
