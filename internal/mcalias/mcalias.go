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
	folder := ".mc"
	if runtime.GOOS == "windows" {
		folder = "mc"
	}
	if named := os.Getenv("MC_CONFIG_DIR"); named != "" {
		return filepath.Join(named, "config.json")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, folder, "config.json")
}
