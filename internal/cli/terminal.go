package cli

import (
	"os"
	"strconv"

	"golang.org/x/term"
)

// Screen is what standard output is shown on.
type Screen struct {
	// Width is how many cells a line has; 0 where standard output is no terminal and nothing says.
	Width int
	// Styled says that bold and colours may be used.
	Styled bool
}

// Screen looks at standard output. COLUMNS says how wide it is where the user wants something else than the terminal
// tells. NO_COLOR and TERM=dumb keep the output plain, and so does everything that is no terminal.
func (e *Env) Screen() Screen {
	var screen Screen
	if file := terminal(e.output()); file != nil {
		screen.Styled = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && os.Getenv("TERM") != ""
		screen.Width, _, _ = term.GetSize(int(file.Fd()))
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		screen.Width = columns
	}
	return screen
}

// terminal returns the file of a terminal; nil for what is none.
func terminal(w any) *os.File {
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return file
	}
	return nil
}

// output is what standard output writes to.
func (e *Env) output() any {
	if s, ok := e.Stdout.(*resultWriter); ok {
		return s.w
	}
	return e.Stdout
}
