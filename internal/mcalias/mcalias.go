// Package mcalias reads the aliases of MinIO's client, mc: a name for an endpoint and a key.
package mcalias

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
)

// Alias is an endpoint and the key that belongs to it. An alias for anonymous requests has no key.
type Alias struct {
	URL          string `json:"url"`
	AccessKey    string `json:"accessKey"`
	SecretKey    string `json:"secretKey"`
	SessionToken string `json:"sessionToken"`
}

// Find returns an alias from the file that MINIO_SHARED_CREDENTIALS_FILE names, else from mc's own; false if there is none of that name
// with a URL.
func Find(name string) (Alias, bool) {
	content, err := os.ReadFile(path())
	if name == "" || err != nil {
		return Alias{}, false
	}
	var file struct {
		Aliases map[string]Alias `json:"aliases"`
		// Hosts is what older versions of mc call them.
		Hosts map[string]Alias `json:"hosts"`
	}
	if json.Unmarshal(content, &file) != nil {
		return Alias{}, false
	}
	found, ok := file.Aliases[name]
	if !ok {
		found = file.Hosts[name]
	}
	return found, found.URL != ""
}

func path() string {
	if named := os.Getenv("MINIO_SHARED_CREDENTIALS_FILE"); named != "" {
		return named
	}
	return within("config.json")
}

// Authorities is the folder with the certificate authorities that mc trusts besides the operating system's; empty if this user has no home.
func Authorities() string { return within("certs", "CAs") }

// within is a path in the folder of mc's configuration; empty if this user has no home.
func within(names ...string) string {
	folder := os.Getenv("MC_CONFIG_DIR")
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		folder = filepath.Join(home, ".mc")
		if runtime.GOOS == "windows" {
			folder = filepath.Join(home, "mc")
		}
	}
	return filepath.Join(append([]string{folder}, names...)...)
}
