package news

import (
	"testing"
	"time"
)

func TestPageNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		part Part
	}{
		{"1", Part{Generation: 1, Page: 1}}, {"107", Part{Generation: 1, Page: 107}}, {"2-1", Part{Generation: 2, Page: 1}}, {"12-340", Part{Generation: 12, Page: 340}},
	} {
		if got, ok := ParsePage(tt.name); !ok || got != tt.part || got.PageName() != tt.name {
			t.Errorf("%s: got %+v, %v, named %s", tt.name, got, ok, got.PageName())
		}
	}
	for _, name := range []string{"", "0", "-1", "+1", "01", "1-1", "0-1", "2-0", "2-01", "02-1", "2-", "2-1-1", "a", "1e3", "99999999999999999999"} {
		if p, ok := ParsePage(name); ok {
			t.Errorf("%q was read as %+v; each page has one name", name, p)
		}
	}
}

func TestNextPage(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	open := func(from, n, bytes int) (list []Unpaged) { // sequences are hours
		for i := range n {
			list = append(list, Unpaged{int64(from + i), day.Add(time.Duration(from+i) * time.Hour), bytes})
		}
		return list
	}
	both := func(lists ...[]Unpaged) (all []Unpaged) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	hour := func(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }
	for _, tt := range []struct {
		name     string
		open     []Unpaged
		a        Archive
		from, to int64 // sequences of the page; 0: none
		waits    bool
	}{
		{"nothing", nil, Archive{Upto: -1}, 0, 0, false},
		{"it waits before it begins", open(1, 500, 10), Archive{Upto: -1, Newest: hour(500)}, 0, 0, true},
		{"it begins", open(1, 500, 10), Archive{Upto: -1, Newest: hour(500), Waited: true}, 1, 100, false},
		{"it begins with too few", open(1, 99, 10), Archive{Upto: -1, Newest: hour(99), Waited: true}, 0, 0, false},
		{"one page after another", open(101, 400, 10), Archive{Upto: 100, Newest: hour(500)}, 101, 200, false},
		{"99 are no page", open(101, 99, 10), Archive{Upto: 100, Newest: hour(900)}, 0, 0, false},
		{"100 are one, once", open(101, 100, 10), Archive{Upto: 100, Newest: hour(248), Window: 48 * time.Hour}, 101, 200, false},
		{"all of them are older than the window", open(101, 100, 10), Archive{Upto: 100, Newest: hour(247), Window: 48 * time.Hour}, 0, 0, false},
		{"more than a live document shows", open(101, MaxShown+1, 10), Archive{Upto: 100, Newest: hour(1101), Window: 9000 * time.Hour}, 101, 200, false},
		{"as many as it shows", open(101, MaxShown, 10), Archive{Upto: 100, Newest: hour(1100), Window: 9000 * time.Hour}, 0, 0, false},
		{"more bytes than it holds", open(101, 31, 100<<10), Archive{Upto: 100, Newest: hour(131), Window: 9000 * time.Hour}, 101, 110, false},
		{"full of long ones", open(101, 12, 100<<10), Archive{Upto: 100, Newest: hour(900)}, 101, 110, false},
		{"one that is longer than a page", open(101, 1, 5<<20), Archive{Upto: 100, Newest: hour(101)}, 101, 101, false},
		{"late ones wait", both(open(1, 20, 10), open(101, 20, 10)), Archive{Upto: 100, Newest: hour(120)}, 0, 0, true},
		{"late ones have waited", both(open(1, 20, 10), open(101, 20, 10)), Archive{Upto: 100, Newest: hour(120), Waited: true}, 1, 20, true},
		{"so many late ones do not wait", both(open(1, 150, 10), open(201, 20, 10)), Archive{Upto: 200, Newest: hour(220)}, 1, 100, true},
		{"late ones hold up nothing", both(open(1, 20, 10), open(101, 100, 10)), Archive{Upto: 100, Newest: hour(300)}, 101, 200, true},
		{"one that left the last page and came back is late", both(open(100, 1, 10), open(101, 99, 10)), Archive{Upto: 100, Newest: hour(400)}, 0, 0, true},
	} {
		page, waits := NextPage(tt.open, tt.a)
		var from, to int64
		if len(page) > 0 {
			from, to = page[0].Sequence, page[len(page)-1].Sequence
		}
		if from != tt.from || to != tt.to || waits != tt.waits {
			t.Errorf("%s: got %d to %d, waits %v; want %d to %d, %v", tt.name, from, to, waits, tt.from, tt.to, tt.waits)
		}
	}
}
