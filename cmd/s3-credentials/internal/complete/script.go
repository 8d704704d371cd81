package complete

import "embed"

//go:embed scripts
var scripts embed.FS

// Shells returns the supported shells.
func Shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// Script returns the completion script for a shell.
func Script(shell string) (string, error) {
	text, err := scripts.ReadFile("scripts/s3-credentials." + shell)
	return string(text), err
}
