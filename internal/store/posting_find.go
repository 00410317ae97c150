package store

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"maps"
	"slices"
	"sort"

	"tributary/internal/story"
)

// bloom is a Bloom filter with one hash function over the terms of a stored block. It
// spares reading the block for most terms that it does not have, as the runs of a new text
// usually are. The filters of all blocks take 8 MiB.
type bloom [32]uint64

// newBloom returns the filter of a block with these postings.
func newBloom(list []posting) *bloom {
	var m bloom
	for _, p := range list {
		word, bit := m.place(p.term())
		m[word] |= bit
	}
	return &m
}

// mayHold reports whether the term may be in the block: yes for a block without a filter,
// which was not read yet.
func (m *bloom) mayHold(term uint32) bool {
	if m == nil {
		return true
	}
	word, bit := m.place(term)
	return m[word]&bit != 0
}

// place returns the bit of a term. It comes from the bits of the hash just below those that
// number the block.
func (m *bloom) place(term uint32) (word int, bit uint64) {
	h := scatter(term) >> (32 - blockBits - 11)
	return int(h / 64 % 32), 1 << (h % 64)
}

// fullTerms caches the entries of terms that have as many of them as a term may have.
// These are common words: they are looked up most often, and no entry is added to them.
type fullTerms map[uint32][]int64

// maxFullTerms is how many are cached: about 5 MiB.
const maxFullTerms = 1 << 15

// note caches the entries of a term, in ascending order, if it is full.
func (f fullTerms) note(term uint32, entries []int64) {
	if len(entries) < story.MaxPostings {
		return
	}
	if len(f) == maxFullTerms {
		clear(f)
	}
	f[term] = entries
}

// entries returns the cached entries of a term; nil without any, or when some of them have
// left the window since.
func (f fullTerms) entries(term uint32, forgotten int64) []int64 {
	if entries := f[term]; entries != nil && entries[0] > forgotten {
		return entries
	}
	return nil
}

// blockBatch is how many blocks one statement reads.
const blockBatch = 16

var selectBlocks = `SELECT id, data FROM (VALUES ` + rowsFrom(1, blockBatch) + `) asked CROSS JOIN posting_block ON id = asked.column1`

// entriesOf returns, for each of the terms, the entries that have it in ascending order.
func (x *postings) entriesOf(terms []uint32) ([][]int64, error) {
	stored, err := x.stored(terms)
	if err != nil {
		return nil, err
	}
	found := make([][]int64, len(terms))
	for i, term := range terms {
		if found[i] = x.memtable.full.entries(term, x.forgotten); found[i] != nil {
			continue
		}
		var fresh []posting
		for _, p := range x.memtable.blocks[block(term)] {
			if p.term() == term {
				fresh = append(fresh, p)
			}
		}
		slices.Sort(fresh)
		for _, p := range merged(stored[term], fresh, x.forgotten) {
			found[i] = append(found[i], p.entry())
		}
		x.memtable.full.note(term, found[i])
	}
	return found, nil
}

// stored reads the postings of terms from the stored blocks.
func (x *postings) stored(terms []uint32) (map[uint32][]posting, error) {
	asked := map[int64][]uint32{} // by block
	for _, term := range terms {
		if x.memtable.full.entries(term, x.forgotten) != nil {
			continue
		}
		if id := block(term); x.memtable.turn > 0 && x.memtable.blooms[id].mayHold(term) {
			asked[id] = append(asked[id], term)
		}
	}
	stored := map[uint32][]posting{}
	ids := make([]any, 0, len(asked))
	for _, id := range slices.Sorted(maps.Keys(asked)) {
		ids = append(ids, id)
	}
	err := x.eachOf(selectBlocks, blockBatch, ids, func(scan scan) error {
		var id int64
		var data sql.RawBytes
		err := scan(&id, &data)
		for _, term := range asked[id] {
			stored[term] = cut(data, term)
		}
		if x.memtable.blooms[id] == nil {
			x.memtable.blooms[id] = newBloom(unpacked(data))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for id := range asked {
		x.memtable.blooms[id] = cmp.Or(x.memtable.blooms[id], &bloom{}) // there is no such block
	}
	return stored, nil
}

// cut returns the postings of a term from a packed block.
func cut(data []byte, term uint32) []posting {
	from := func(p uint64) int {
		return 8 * sort.Search(len(data)/8, func(i int) bool { return binary.BigEndian.Uint64(data[8*i:]) >= p })
	}
	first := uint64(term) << 32
	return unpacked(data[from(first):from(first+1<<32-1)]) // an entry of 2^31-1 that is gone does not exist
}
