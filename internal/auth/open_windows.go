package auth

// isOpen is false: access control lists say who can read a file here, and they are not read.
func isOpen(string) bool { return false }
