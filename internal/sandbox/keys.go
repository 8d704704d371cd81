package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// keysFile is in the sandbox's folder, in the form that "s3-credentials --auth" reads.
const keysFile = "root-keys.json"

// Keys are the access key of the sandbox's root user. They are secret.
type Keys struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string `json:"SecretAccessKey"`
}

// String keeps the secret out of whatever prints the value.
func (k Keys) String() string { return "keys of " + k.AccessKeyID }

// GoString keeps the secret out of %#v.
func (k Keys) GoString() string { return k.String() }

// rootKeys reads the keys from the file, or makes random ones and writes them there.
func rootKeys(path string) (Keys, error) {
	keys, err := readKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	keys = Keys{AccessKeyID: "SANDBOX" + rand.Text()[:13], SecretAccessKey: rand.Text() + rand.Text()[:14]}
	content, err := json.MarshalIndent(keys, "", "  ")
	if err != nil {
		return Keys{}, err
	}
	return keys, writePrivate(path, append(content, '\n'))
}

// readKeys refuses a file that others can read: its keys are no longer secret. On Windows the mode says nothing of that; there
// the folder's access list decides, and by default a user's folders are the user's own.
func readKeys(path string) (Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Keys{}, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return Keys{}, fmt.Errorf("%s can be read by others (mode %04o): change it with chmod 600, or delete it to get new keys",
			path, info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return Keys{}, err
	}
	var keys Keys
	if err := json.Unmarshal(content, &keys); err != nil || keys.AccessKeyID == "" || keys.SecretAccessKey == "" {
		return Keys{}, fmt.Errorf("%s does not have the sandbox's keys: delete it to get new ones", path)
	}
	return keys, nil
}

// writePrivate makes a file, whole or not at all, for the owner's eyes only.
func writePrivate(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-") // it is its owner's only
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
