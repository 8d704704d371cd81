package host

// exchangeable permits every place. Whether others may write to one is in access control lists here, which are not read: keep
// plugins in a folder below your profile, or in Program Files.
func exchangeable(string) (where, why string, err error) { return "", "", nil }
