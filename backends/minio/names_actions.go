package minio

// rejectedActions are S3 actions that MinIO does not know: one of them makes it refuse a whole document.
func rejectedActions() []string { return nil }
