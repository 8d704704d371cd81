//go:build !windows

// Package coredump keeps a crash from writing secrets to the disk.
package coredump

import "syscall"

// Disable lets this process, and those that it starts, leave no core file when they crash. A failure changes nothing.
func Disable() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
