// Package audit appends lines to an audit log, which several runs may write to at the same time.
package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// Log is an audit log that is open. It stays the same file even if somebody renames it meanwhile.
type Log struct {
	file *os.File
	path string
}

// Open opens a log, and makes the file, for its owner alone, where there is none. Only a regular file can be a log: a pipe that nobody
// reads would stop the run.
func Open(path string) (*Log, error) {
	// O_NONBLOCK is for such a pipe: opening it must not wait either.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, failed(path, err)
	}
	l := &Log{file, path}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no regular file")
	}
	if err == nil && cutShort(path, info) {
		err = l.write("\n")
	}
	if err != nil {
		l.Close()
		return nil, failed(path, err)
	}
	return l, nil
}

// writeTime is more than another run needs to write a line: one without an end that is older gets none any more.
const writeTime = 2 * time.Second

// cutShort reports whether the last line has no end, because a disk was full. A log that may not be read is taken as it is.
func cutShort(path string, info fs.FileInfo) bool {
	if info.Size() == 0 || time.Since(info.ModTime()) < writeTime {
		return false
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// Append adds a line, and returns once it is on the disk.
func (l *Log) Append(line orderedjson.Object) error {
	if err := l.write(orderedjson.Compact(line) + "\n"); err != nil {
		return failed(l.path, err)
	}
	return nil
}

// write writes all at once, so that lines of several runs are not mixed.
func (l *Log) write(text string) error {
	if _, err := l.file.WriteString(text); err != nil {
		return err
	}
	return l.file.Sync()
}

// Close closes the log.
func (l *Log) Close() { _ = l.file.Close() } // what was written is on the disk already

func failed(path string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("cannot write to the audit log '%s': %w", path, err)
}
