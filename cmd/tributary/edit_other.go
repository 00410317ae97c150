//go:build !unix

package main

import "os"

// keepOwner does nothing: a new file inherits the permissions of its folder.
func keepOwner(*os.File, os.FileInfo) {}
