package config

import "slices"

// The values of websub: at a source.
const (
	webSubAuto = "auto" // pushed where its document names a hub
	webSubOff  = "off"  // polled only
)

// webSub reads whether hubs may push a source to us.
func (r *reader) webSub(n node) (bool, bool) {
	if n.Tag == "!!bool" {
		r.errorf(n.Node, "websub: %s is neither auto nor off; write %s", n.Value, examples["websub"])
		return false, false
	}
	text, ok := r.text(n)
	if !ok {
		return false, false
	}
	ways := []string{webSubAuto, webSubOff}
	if !slices.Contains(ways, text) {
		r.errorf(n.Node, "websub: %s is neither auto nor off%s", shown(n.Value), r.suggest(text, ways))
		return false, false
	}
	return text == webSubAuto, true
}
