package complete

import "embed"

//go:embed scripts
var scripts embed.FS

// Shells are those that there is a script for.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Script returns the script that makes a shell ask this program.
func Script(shell string) (string, error) {
	text, err := scripts.ReadFile("scripts/s3-credentials." + shell)
	return string(text), err
}
