// Package stale tells what a run that was killed left behind from what a living one uses: a living run holds a lock on each of
// its temporary files and folders, which the system releases when the process ends, in whichever way. Where no lock
// can be had (on Windows, for folders on NFS), nothing is held and nothing is removed.
package stale

import (
	"errors"
	"os"
	"path/filepath"
)

// errSwept is the error of Hold for what was removed before it was held.
var errSwept = errors.New("another run removed it")

// Create calls create, which makes a file or folder and returns its path, and holds what it made. The lock goes with Close, or
// with the process; it is nil where none can be had. A sweep may remove what is made and not yet held: then Create makes
// another.
func Create(create func() (string, error)) (path string, lock *os.File, err error) {
	for {
		if path, err = create(); err != nil {
			return "", nil, err
		}
		if lock, err = hold(path); err != errSwept {
			return path, lock, err
		}
	}
}

// Sweep removes the files and folders of dead runs of this user from a folder: those that match says are of such names. What
// cannot be looked at stays.
func Sweep(folder string, match func(name string, folder bool) bool) {
	dir, err := os.Open(folder)
	if err != nil {
		return
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(entriesAtOnce)
		for _, e := range entries {
			if (e.IsDir() || e.Type().IsRegular()) && match(e.Name(), e.IsDir()) {
				removeIfDead(filepath.Join(folder, e.Name()))
			}
		}
		if err != nil {
			return
		}
	}
}

// entriesAtOnce is how many names of a folder are kept in memory.
const entriesAtOnce = 1024
