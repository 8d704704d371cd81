//go:build !windows

package main

import "syscall"

func closeFile(fd int) { _ = syscall.Close(fd) }
