//go:build fips

package systems

// With this tag, MinIO's library takes the key of each administrative message from PBKDF2 in two milliseconds, not from
// Argon2 in 70 and 64 MiB, on both sides. Nothing else of the server and the plugin differs.
const buildTags = "fips"
