package daemon

import (
	"os"
	"syscall"
	"testing"
)

// mount makes dir a file system of its own in memory, of size bytes. Only root
// can; elsewhere the test says so, and fails where tests may not be skipped.
func mount(t *testing.T, dir, size string, flags uintptr) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, "size="+size); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mount: %v; this test must run in CI", err)
		}
		t.Skipf("mount: %v; only root can fill a disk of its own", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
}

// readOnly makes dir a folder that nobody can write to, not even root.
func readOnly(t *testing.T, dir string) error {
	t.Helper()
	if os.Geteuid() == 0 {
		mount(t, dir, "64k", syscall.MS_RDONLY)
		return nil
	}
	return os.Mkdir(dir, 0o555)
}
