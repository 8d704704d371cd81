//go:build systems

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// worker is a client that writes and reads all the time, with the key that it was given last.
type worker struct {
	*access
	client atomic.Pointer[minio.Client]
	// turns gets each turn that somebody waits for, and ended is closed with the last.
	turns, ended chan struct{}
}

// work goes on until the context ends, or something fails.
func (w *worker) work(ctx context.Context) {
	defer close(w.ended)
	for n := byte(0); ctx.Err() == nil; n++ {
		if err := w.turn(ctx, []byte{n}); err != nil {
			if ctx.Err() == nil {
				w.Errorf("the client fails: %v", err)
			}
			return
		}
		select {
		case w.turns <- struct{}{}:
		default:
		}
	}
}

func (w *worker) turn(ctx context.Context, content []byte) error {
	client := w.client.Load()
	if _, err := client.PutObject(ctx, w.bucket, "file", bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{}); err != nil {
		return err
	}
	object, err := client.GetObject(ctx, w.bucket, "file", minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer object.Close() //nolint:errcheck // it was only read
	found, err := io.ReadAll(object)
	if err == nil && !bytes.Equal(found, content) {
		w.Errorf("it wrote %v and reads %v", content, found)
	}
	return err
}

// await waits until the client has done a whole turn from now on.
func (w *worker) await() {
	w.Helper()
	for range 2 { // the first may have begun before
		select {
		case <-w.turns:
		case <-w.ended:
			w.FailNow()
		}
	}
}

func (w *worker) give(key createdKey) {
	w.Helper()
	w.client.Store(w.access.client(key.AccessKeyID, key.SecretAccessKey, ""))
	w.await()
}

// TestAClientNeverNoticesARotation writes and reads throughout several rotations: the keys that it was not given yet, and those that it has no
// longer, are all that changes.
func TestAClientNeverNoticesARotation(t *testing.T) {
	for _, s := range []struct {
		name, backend string
		start         func(testing.TB) *systems.System
		// undated says that the system does not tell when keys were made: the older one is deleted by its id.
		undated bool
	}{
		{"sandbox", "aws", systems.Sandbox, false}, {"minio", "minio", systems.MinIO, false}, {"moto-enforcing", "aws", systems.MotoEnforcing, false},
		{"seaweedfs", "seaweedfs", systems.SeaweedFS, true},
	} {
		t.Run(s.name, func(t *testing.T) {
			system := s.start(t)
			w := &worker{
				access: &access{T: t, system: system, backend: s.backend, bucket: "rotated"},
				turns:  make(chan struct{}), ended: make(chan struct{}),
			}
			first := w.create([]string{"create", w.bucket, "-c", "--username", "rotating", "--silent"})
			w.client.Store(w.access.client(first.AccessKeyID, first.SecretAccessKey, ""))
			ctx, stop := context.WithCancel(t.Context())
			go w.work(ctx)
			defer func() { stop(); <-w.ended }()
			w.await()
			for _, finish := range [][]string{{}, {"--delete"}, {}, {}} {
				next := w.create([]string{"rotate", "rotating", "--silent", "--replace-oldest"})
				w.await()
				w.give(next)
				if s.undated {
					w.tool("delete-key", "rotating", first.AccessKeyID)
					first = next
				} else {
					w.tool(append([]string{"rotate", "rotating", "--finish", "--force"}, finish...)...)
				}
				w.await()
			}
		})
	}
}

// TestAKeyThatNeverWorksIsUndone switches the new key off as soon as it is there. It waits as long as it is told that a key may take.
func TestAKeyThatNeverWorksIsUndone(t *testing.T) {
	t.Parallel()
	system := systems.NewSandbox(t)
	seen, proxy := systems.Behind(t, system)
	a := &access{T: t, system: system, backend: "aws", bucket: "unproven"}
	first := a.create([]string{"create", a.bucket, "-c", "--username", "unproven", "--silent"})
	var off atomic.Bool
	proxy.Reset(func(_ int, r systems.Request) systems.Action {
		if r.Operation == "GetCallerIdentity" && off.CompareAndSwap(false, true) {
			for _, line := range strings.Split(a.tool("list-keys", "unproven", "--tsv"), "\n")[1:] {
				if id := strings.Split(line+"\t", "\t")[1]; id != "" && id != first.AccessKeyID {
					a.tool("set-key-status", "unproven", id, "inactive")
				}
			}
		}
		return systems.Pass
	})
	cmd := exec.CommandContext(t.Context(), program(t), "rotate", "unproven", "--timeout", "10s")
	cmd.Env = append(seen.Env(), "HOME="+t.TempDir(), "S3_CREDENTIALS_ENDPOINT_URL="+seen.EndpointURL, "S3_CREDENTIALS_BACKEND=aws")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 4 || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	if said := string(exit.Stderr); !strings.Contains(said, "the key does not work") || !strings.Contains(said, "undone: access key") {
		t.Errorf("it says %s", said)
	}
	if keys := a.tool("list-keys", "unproven", "--tsv"); strings.Count(keys, "\nunproven\t") != 1 || !strings.Contains(keys, first.AccessKeyID+"\tActive") {
		t.Errorf("there is %s", keys)
	}
}
