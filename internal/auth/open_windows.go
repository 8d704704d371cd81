package auth

// closes finds nothing to do: access control lists say who can read a file here, and they are not read.
func closes(string) string { return "" }
