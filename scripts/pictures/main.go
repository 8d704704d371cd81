// Command pictures draws the pictures of the README: terminals, with what the demo prints in a real run, as SVG, light and dark. It takes the programs
// from PATH, and the folder for the pictures as its argument.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
)

//go:embed terminal.svg.tmpl
var terminal string

// drawn are the pictures, by name: the arguments of the demo that each is of.
var drawn = map[string][]string{
	"demo": {"sandbox"},
	"undo": {"sandbox", "undo"},
}

// palette are the colors of a picture: those of text on GitHub's pages, which have enough contrast for everybody.
type palette struct{ Ground, Frame, Text, Command, Comment, Error string }

var palettes = map[string]palette{
	"light": {Ground: "#f6f8fa", Frame: "#d1d9e0", Text: "#1f2328", Command: "#0550ae", Comment: "#59636e", Error: "#b62324"},
	"dark":  {Ground: "#151b23", Frame: "#3d444d", Text: "#d1d7e0", Command: "#79c0ff", Comment: "#9198a1", Error: "#ff7b72"},
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintf(os.Stderr, "Error: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("say where the pictures go: a folder")
	}
	for name, demo := range drawn {
		said, err := printed(ctx, demo)
		if err != nil {
			return err
		}
		for theme, colors := range palettes {
			picture, err := draw(said, colors)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(args[0], name+"-"+theme+".svg"), picture, 0o644); err != nil { //nolint:gosec // pictures are for everybody
				return err
			}
		}
	}
	return nil
}

// printed is what a run of the demo prints between its first and its last sentence, which are about the system that it starts.
func printed(ctx context.Context, demo []string) (string, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"run", "github.com/s3-credentials/s3-credentials/scripts/demo"}, demo...)...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("the demo failed: %w", err)
	}
	_, said, found := strings.Cut(string(out), "\n\n")
	end := strings.LastIndex(said, "\n\n")
	if !found || end < 0 {
		return "", fmt.Errorf("the demo printed something else: %s", out)
	}
	return said[:end], nil
}

const (
	columns = 104
	// The sizes in pixels of a character, a line, and of what is around the text.
	charWidth, lineHeight, margin = 8, 19, 18
)

// line is a line of the picture.
type line struct {
	Y           int
	Class, Text string
}

// draw makes the picture of a terminal with the text.
func draw(text string, colors palette) ([]byte, error) {
	var lines []line
	for paragraph := range strings.SplitSeq(text, "\n") {
		for _, part := range wrapped(paragraph) {
			lines = append(lines, line{Y: margin + lineHeight*(len(lines)+1) - 5, Class: classOf(paragraph), Text: part})
		}
	}
	var picture bytes.Buffer
	err := template.Must(template.New("").Parse(terminal)).Execute(&picture, map[string]any{
		"Colors": colors, "Lines": lines, "Width": columns*charWidth + 2*margin, "Height": len(lines)*lineHeight + 2*margin, "Margin": margin,
	})
	return picture.Bytes(), err
}

// classOf says which color a line has.
func classOf(text string) string {
	switch {
	case strings.HasPrefix(text, "# "):
		return "comment"
	case strings.HasPrefix(text, "$ "):
		return "command"
	case strings.HasPrefix(text, "Error: "):
		return "error"
	}
	return "text"
}

// wrapped cuts a long line between words.
func wrapped(text string) []string {
	var parts []string
	for len(text) > columns {
		end := strings.LastIndexByte(text[:columns], ' ') + 1
		if end == 0 {
			end = columns
		}
		parts = append(parts, text[:end])
		text = text[end:]
	}
	return append(parts, text)
}
