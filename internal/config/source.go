package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"tributary/internal/news"
	"tributary/internal/schedule"
)

// draft is a source as read, before it is compared with the others.
type draft struct {
	Source
	node     *yaml.Node // the item
	address  *yaml.Node // the value of feed: or seeds:
	named    *yaml.Node // the value of name:; nil when it is derived
	variable bool       // the address is made of ${…}
	stated   bool       // public: stands there
}

// source reads an item of sources:.
func (r *reader) source(n node) *draft {
	d := &draft{node: n.Node, Source: Source{Source: news.Source{Public: true}, Line: n.Line}}
	complete := r.mapping(n, sourceSection, fields{
		"seeds": func(n node) { d.read(r, n, news.KindSeeds, r.seeds) },
		"feed":  func(n node) { d.read(r, n, news.KindFeed, r.feedURL) },
		"name": func(n node) {
			d.named = n.Node
			into(&d.Name, r.name)(n)
		},
		"title":          into(&d.Title, r.text),
		"tags":           into(&d.Tags, list(r, r.text)),
		"outlet":         into(&d.Outlet, r.text),
		"schedule":       into(&d.Schedule, r.schedule),
		"headers":        into(&d.Headers, r.headers),
		"allow_networks": into(&d.AllowNetworks, list(r, r.network)),
		"allow_ports":    into(&d.AllowPorts, list(r, r.port)),
		"public": func(n node) {
			d.stated = true
			into(&d.Public, r.boolean)(n)
		},
	})
	if d.Kind == "" && complete {
		r.errorf(n.Node, "this source has neither seeds: nor feed:; write %s", examples["feed"])
	}
	if d.Kind == news.KindSeeds {
		r.feedOnly(n)
	}
	return d
}

// read reads what a source is made of: exactly one kind of thing.
func (d *draft) read(r *reader, n node, kind news.Kind, address func(node) (string, bool)) {
	if d.Kind != "" && d.Kind != kind {
		r.errorf(n.Node, "this source has both seeds: and feed:; make two sources of it")
	}
	d.Kind, d.address = kind, n.Node
	d.variable = hasVariable(n.Value)
	into(&d.URL, address)(n)
}

// feedOnly refuses at seeds what only a request can use.
func (r *reader) feedOnly(n node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch key := n.Content[i]; key.Value {
		case "headers", "allow_networks", "allow_ports":
			r.errorf(key, "%q has no meaning for seeds, which are read from disk; leave it out", key.Value)
		}
	}
}

// seeds reads the glob of a folder of seed documents and resolves it. That it
// matches nothing yet is a warning: files may arrive later.
func (r *reader) seeds(n node) (string, bool) {
	raw, ok := r.text(n)
	if !ok {
		return "", false
	}
	glob := r.resolvePath(raw)
	_, err := filepath.Match(glob, "")
	switch {
	case err != nil:
		r.errorf(n.Node, `seeds: %s is no pattern of file names; write seeds/*, or seeds/*.txt`, shown(n.Value))
	case strings.Contains(raw, "://"):
		r.errorf(n.Node, "seeds: %s is an address; did you mean feed:?", shown(n.Value))
	case strings.HasPrefix(raw, "~"):
		r.errorf(n.Node, `seeds: %s: "~" is not expanded; write the whole path, or ${HOME}`, shown(n.Value))
	case strings.Contains(raw, "**"):
		r.errorf(n.Node, `seeds: %s: "**" is not supported; name each folder, as in seeds/*`, shown(n.Value))
	case isFolder(glob):
		r.errorf(n.Node, "seeds: %s is a folder; did you mean %s?", shown(n.Value), shown(strings.TrimRight(n.Value, "/")+"/*"))
	default:
		r.warnUnmatched(n, glob)
		return glob, true
	}
	return "", false
}

func (r *reader) warnUnmatched(n node, glob string) {
	folder := filepath.Dir(glob)
	if found, err := filepath.Glob(glob); err == nil && len(found) > 0 {
		return
	}
	if !hasMeta(folder) && !isFolder(folder) {
		r.warnf(n.Node, "seeds: %s matches nothing: there is no such folder", shown(n.Value))
		return
	}
	r.warnf(n.Node, "seeds: %s matches no file", shown(n.Value))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// hasMeta reports whether a path has a character that path/filepath.Match
// gives a meaning.
func hasMeta(path string) bool { return strings.ContainsAny(path, `*?[\`) }

// longestSchedule is more than any cron expression needs; a longer text would
// make a long error.
const longestSchedule = 200

// schedule reads a cron expression. Times without a zone are local.
func (r *reader) schedule(n node) (schedule.Spec, bool) {
	text, ok := r.text(n)
	if !ok {
		return schedule.Spec{}, false
	}
	if spec, known := r.schedules[text]; known {
		return spec, true
	}
	spec, err := parseSchedule(text)
	if err != nil && hasVariable(n.Value) {
		err = fmt.Errorf("schedule %s: what its variables hold is no schedule", shown(n.Value))
	}
	if err != nil {
		r.errorf(n.Node, "%v", err)
		return schedule.Spec{}, false
	}
	r.schedules[text] = spec
	return spec, true
}

func parseSchedule(text string) (schedule.Spec, error) {
	switch {
	case text == "auto":
		return schedule.Spec{}, fmt.Errorf(`schedule "auto" is not supported yet; write %s`, examples["schedule"])
	case len(text) > longestSchedule:
		return schedule.Spec{}, fmt.Errorf("schedule %s is longer than %d bytes; write five fields", shown(text), longestSchedule)
	}
	interval := strings.TrimPrefix(strings.TrimPrefix(text, "every "), "@")
	if d, err := time.ParseDuration(interval); err == nil && d >= time.Second {
		return schedule.Spec{}, fmt.Errorf("schedule %s: did you mean %s?", shown(text), shown("@every "+interval))
	}
	return schedule.Parse(text, time.Local)
}

// apply fills in what a source leaves to the defaults.
func (s *Source) apply(d Defaults, seeds schedule.Spec) {
	if s.Schedule.String() == "" {
		s.Schedule = d.Schedule
		if s.Kind == news.KindSeeds {
			s.Schedule = seeds
		}
	}
	s.ScheduleText = s.Schedule.String()
	if s.AllowNetworks == nil {
		s.AllowNetworks = d.AllowNetworks
	}
	if s.AllowPorts == nil {
		s.AllowPorts = d.AllowPorts
	}
}

// defaultPorts are those of http and https.
func defaultPorts() []uint16 { return []uint16{80, 443} }

// defaults reads the section of that name over what it is when left out.
func (r *reader) defaults(n node) Defaults {
	d := Defaults{AllowNetworks: []netip.Prefix{}, AllowPorts: defaultPorts()}
	d.Schedule, _ = parseSchedule(defaultSchedule)
	if n.Node != nil {
		r.mapping(n, defaultsSection, fields{
			"schedule":       into(&d.Schedule, r.schedule),
			"allow_networks": into(&d.AllowNetworks, list(r, r.network)),
			"allow_ports":    into(&d.AllowPorts, list(r, r.port)),
		})
	}
	d.ScheduleText = d.Schedule.String()
	return d
}
