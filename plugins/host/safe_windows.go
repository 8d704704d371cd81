package host

// checkSafe permits every file. Whether others may write to one is in access control lists here, which are not read: keep
// plugins in a folder below your profile, or in Program Files.
func checkSafe(string, string) error { return nil }
