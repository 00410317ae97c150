package store

import (
	"encoding/binary"
	"slices"
)

// Postings lead from a term to the entries that have it. They are stored in blocks, a row
// each, and the hash of a term says which block it is in. The terms of one entry are in a
// dozen different blocks, and to write all of them for every entry would cost more than
// everything else. So new postings are collected, much as in a log-structured merge tree:
// each transaction adds a row to a log, and a memtable holds what the log does. Once the
// memtable is large enough, blocks are written in turn, each merged with what came for it
// since its last turn; entries that have left the window are dropped on the way.
const (
	blockBits   = 15
	blocks      = 1 << blockBits
	maxMemtable = 1 << 18 // postings: about 4 MiB of memory, those of 20,000 entries
)

// posting is a term and an entry that has it, or with the bit gone set, an entry that has
// it no longer: the term in the upper 32 bits, the entry in the next 31. An entry a second
// would reach 2^31 in 68 years.
type posting uint64

const gone posting = 1

func newPosting(term uint32, entry int64) posting { return posting(term)<<32 | posting(entry)<<1 }

func (p posting) term() uint32 { return uint32(p >> 32) }
func (p posting) entry() int64 { return int64(p & (1<<32 - 1) >> 1) }
func (p posting) block() int64 { return block(p.term()) }

// block returns the number of the block that a term is in. The term is hashed once more
// because terms are not evenly distributed: many were chosen for being low. Migration 22
// computes the same.
func block(term uint32) int64 { return int64(scatter(term) >> (32 - blockBits)) }

func scatter(term uint32) uint32 { return term * 1540483477 }

// memtable holds the postings that are not in their blocks yet, and what was learned of
// the blocks. It outlives the transaction: the writer keeps it. logged and turn say of
// which state of the database it is.
type memtable struct {
	logged int64             // the last row of the log
	turn   int64             // how many blocks were ever written
	blocks [blocks][]posting // by block, in no order
	count  int               // of postings in all blocks
	blooms [blocks]*bloom    // of what is stored in a block; nil for one that was not read
	full   fullTerms
}

// add adds a posting, in the place of one of the same term and entry.
func (g *memtable) add(p posting) {
	list := g.blocks[p.block()]
	for i, have := range list {
		if have|gone == p|gone {
			list[i] = p
			return
		}
	}
	g.blocks[p.block()] = append(list, p)
	g.count++
}

// postings is the index as one transaction sees it.
type postings struct {
	*tx
	memtable  *memtable
	fresh     []posting
	forgotten int64 // entries up to this one have left the window
}

// postings opens the index. The log is read only if the memtable does not hold what it
// does: in the first transaction, and after one that failed.
func (t *tx) postings(forgotten int64) (*postings, error) {
	var logged, turn int64
	err := t.get(`SELECT l.value, t.value FROM counter l, counter t WHERE l.name = 'posted' AND t.name = 'posting_turn'`, nil, &logged, &turn)
	if err != nil {
		return nil, err
	}
	if g := t.memtable; g == nil || g.logged != logged || g.turn != turn {
		if t.memtable, err = t.readPostingLog(logged, turn); err != nil {
			return nil, err
		}
	}
	return &postings{tx: t, memtable: t.memtable, forgotten: forgotten}, nil
}

// clearPostings empties the index.
func (t *tx) clearPostings() {
	t.memtable = nil
	t.do(`DELETE FROM posting_log`)
	t.do(`DELETE FROM posting_block`)
}

// readPostingLog fills a memtable from the log. That some of it is in blocks already does
// not matter: the log has the latest state of each of its postings.
func (t *tx) readPostingLog(logged, turn int64) (*memtable, error) {
	g := &memtable{logged: logged, turn: turn, full: fullTerms{}}
	return g, t.each(`SELECT data FROM posting_log ORDER BY id`, nil, func(scan scan) error {
		var data []byte
		err := scan(&data)
		for _, p := range unpacked(data) {
			g.add(p)
		}
		return err
	})
}

func (x *postings) add(term uint32, entry int64)  { x.record(newPosting(term, entry)) }
func (x *postings) drop(term uint32, entry int64) { x.record(newPosting(term, entry) | gone) }

func (x *postings) record(p posting) {
	delete(x.memtable.full, p.term())
	x.memtable.add(p)
	x.fresh = append(x.fresh, p)
}

// flush stores what the transaction added, and writes the blocks whose turn it is.
func (x *postings) flush() error {
	if len(x.fresh) > 0 {
		x.memtable.logged++
		x.do(`INSERT INTO posting_log (id, turn, data) VALUES ($1, $2, $3)`, x.memtable.logged, x.memtable.turn, packed(x.fresh))
		x.setCounter("posted", x.memtable.logged)
		x.fresh = nil
	}
	turn := x.memtable.turn
	for ; x.memtable.count > maxMemtable; x.memtable.turn++ {
		if err := x.write(x.memtable.turn % blocks); err != nil {
			return err
		}
	}
	if x.memtable.turn == turn {
		return x.err
	}
	x.do(`DELETE FROM posting_log WHERE turn <= $1`, x.memtable.turn-blocks) // every block had its turn since
	return x.setCounter("posting_turn", x.memtable.turn)
}

// write merges a block with what the memtable holds for it.
func (x *postings) write(id int64) error {
	var data []byte
	err := x.each(`SELECT data FROM posting_block WHERE id = $1`, []any{id}, func(scan scan) error { return scan(&data) })
	if err != nil {
		return err
	}
	fresh := x.memtable.blocks[id]
	slices.Sort(fresh)
	all := merged(unpacked(data), fresh, x.forgotten)
	x.memtable.blocks[id], x.memtable.count, x.memtable.blooms[id] = nil, x.memtable.count-len(fresh), newBloom(all)
	switch {
	case len(all) > 0:
		x.do(`INSERT INTO posting_block (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data`, id, packed(all))
	case data != nil:
		x.do(`DELETE FROM posting_block WHERE id = $1`, id)
	}
	return x.err
}

// merged returns the postings of a block, updated with fresh ones, without those that are
// gone or forgotten. Both lists ascend.
func merged(block, fresh []posting, forgotten int64) []posting {
	all := make([]posting, 0, len(block)+len(fresh))
	for len(block)+len(fresh) > 0 {
		var p posting
		if len(fresh) == 0 || len(block) > 0 && block[0] < fresh[0]&^gone {
			p, block = block[0], block[1:]
		} else {
			p, fresh = fresh[0], fresh[1:]
			if len(block) > 0 && block[0] == p&^gone {
				block = block[1:]
			}
		}
		if p&gone == 0 && p.entry() > forgotten {
			all = append(all, p)
		}
	}
	return all
}

// packed returns postings as they are stored: 8 bytes each, big endian.
func packed(list []posting) []byte {
	data := make([]byte, 0, 8*len(list))
	for _, p := range list {
		data = binary.BigEndian.AppendUint64(data, uint64(p))
	}
	return data
}

func unpacked(data []byte) []posting {
	list := make([]posting, len(data)/8)
	for i := range list {
		list[i] = posting(binary.BigEndian.Uint64(data[8*i:]))
	}
	return list
}
