package main

import (
	"bytes"
	"testing"
)

func TestTurns(t *testing.T) {
	var out bytes.Buffer
	turns := newTurns(&out, 4)
	want := func(text string) {
		t.Helper()
		if out.String() != text {
			t.Errorf("printed %q, want %q", out.String(), text)
		}
	}
	turns.println(2, "c")
	turns.println(0, "a")
	want("a\n")
	turns.println(1, "b")
	turns.end(1)
	turns.println(0, "aa")
	want("a\naa\n")
	turns.end(0)
	want("a\naa\nb\nc\n")
	turns.println(2, "cc")
	want("a\naa\nb\nc\ncc\n")
	turns.end(3)
	turns.end(2)
	want("a\naa\nb\nc\ncc\n")
}
