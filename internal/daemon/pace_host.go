package daemon

import "tributary/internal/ingest"

// paced tells which host each source counts for. A fetch that is redirected burdens two
// hosts, and a task has the pace of one: of the host that more sources burden, and among
// equals of the one that answers. So many sources that redirect to one host keep its pace,
// and so do many that one host redirects elsewhere.
//
// Hosts are groups, see [ingest.Group].
type paced struct {
	own      map[int64]string // by source: the host of its address
	answered map[int64]string // the host that answered last, if it was another
	burden   map[string]int   // by host: how many sources it is own or answered of
}

// newPaced takes the addresses of the sources and those that answered them last.
func newPaced(addresses, answers map[int64]string) *paced {
	p := &paced{own: map[int64]string{}, answered: map[int64]string{}, burden: map[string]int{}}
	for id, address := range addresses {
		p.own[id] = ingest.Group(address)
		p.burden[p.own[id]]++
		if answer := ingest.Group(answers[id]); answer != "" && answer != p.own[id] {
			p.answered[id] = answer
			p.burden[answer]++
		}
	}
	return p
}

// group returns the host that a source counts for.
func (p *paced) group(id int64) string {
	own, answered := p.own[id], p.answered[id]
	if answered == "" || p.burden[own] > p.burden[answered] {
		return own
	}
	return answered
}

// answer notes which host answered a source, and reports whether another one did before.
func (p *paced) answer(id int64, host string) (changed bool) {
	own, before := p.own[id], p.answered[id]
	if host == own {
		host = ""
	}
	if own == "" || host == before {
		return false
	}
	if before != "" {
		p.burden[before]--
	}
	delete(p.answered, id)
	if host != "" {
		p.burden[host]++
		p.answered[id] = host
	}
	return true
}

// regroup notes which host answered a source, and has the runner move every source whose
// host is another one for that.
func (d *Daemon) regroup(id int64, host string) {
	d.mu.Lock()
	groups := map[int64]string{}
	if d.paced.answer(id, host) {
		groups[id] = d.paced.group(id)
		for other := range d.paced.answered {
			groups[other] = d.paced.group(other)
		}
	}
	d.mu.Unlock()
	for source, group := range groups {
		d.runner.Regroup(sourceTask(source), group)
	}
}
