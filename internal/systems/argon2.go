//go:build !fips

package systems

// buildTags are those that the programs which tests start, and MinIO's server, are built with.
const buildTags = ""
