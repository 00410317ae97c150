//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// dropPrivileges gives up root, if the process has it, so that file modes apply.
func dropPrivileges() {
	const nobody = 65534
	if os.Getuid() != 0 {
		return
	}
	for _, drop := range []error{syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)} {
		if drop != nil {
			fmt.Fprintln(os.Stderr, "drop privileges:", drop)
			os.Exit(3)
		}
	}
}
