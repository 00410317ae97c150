//go:build !unix

package main

// dropPrivileges has nothing to do where no root is.
func dropPrivileges() {}
