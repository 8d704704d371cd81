//go:build !linux

package host

// killStrays does nothing: no process's environment can be looked at here. What a plugin takes out of its process group
// is left to the plugin's author.
func killStrays(int, string) {}
