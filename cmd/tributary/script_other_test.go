//go:build !unix

package main

// dropPrivileges does nothing on systems without root.
func dropPrivileges() {}
