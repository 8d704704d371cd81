//go:build !windows

package host

// Unsafe says why a user may not trust a file.
var Unsafe = unsafe
