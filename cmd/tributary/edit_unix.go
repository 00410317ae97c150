//go:build unix

package main

import (
	"os"
	"syscall"
)

// keepOwner gives a file the owner and group of the one that it replaces. Only root may do
// so for a file of somebody else; for others nothing changes.
func keepOwner(f *os.File, was os.FileInfo) {
	if stat, ok := was.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(stat.Uid), int(stat.Gid))
	}
}
