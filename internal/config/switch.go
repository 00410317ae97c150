package config

import "slices"

// Switch says whether a feature is used: always, never, or where it can work.
type Switch string

// The values of websub: at a source, and of hub:.
const (
	Auto Switch = "auto" // where the other side can reach us
	On   Switch = "on"   // even if our address is not public, for others on the same network
	Off  Switch = "off"
)

// toggle reads a Switch.
func (r *reader) toggle(n node) (Switch, bool) {
	const are = "none of auto, off and on"
	if n.Tag == "!!bool" {
		r.errorf(n.Node, "%s: %s is %s; write %s", n.key, n.Value, are, examples[n.key])
		return "", false
	}
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	ways := []string{string(Auto), string(Off), string(On)} // suggestions prefer the earlier one
	if !slices.Contains(ways, text) {
		r.errorf(n.Node, "%s: %s is %s%s", n.key, shown(n.Value), are, r.suggest(text, ways))
		return "", false
	}
	return Switch(text), true
}
