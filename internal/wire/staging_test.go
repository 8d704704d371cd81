package wire_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// TestFolderOfADownloadWhoseHostIsGone breaks off a call as the end of a host does: without the host's own cleaning up.
func TestFolderOfADownloadWhoseHostIsGone(t *testing.T) {
	for name, stays := range map[string]bool{".s3-credentials-123": false, "mine": true} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			d := newWaiting()
			conn := connect(t, d)
			if _, err := pb.NewBackendServiceClient(conn).Open(context.Background(), &pb.OpenRequest{}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			request := &pb.GetObjectRequest{Bucket: "b", Key: "k", Path: []byte(filepath.Join(folder, "file"))}
			if _, err := pb.NewObjectServiceClient(conn).GetObject(ctx, request); err != nil {
				t.Fatal(err)
			}
			<-d.began
			cancel()
			<-d.ended
			there := func() bool {
				_, err := os.Stat(folder)
				return err == nil
			}
			for deadline := time.Now().Add(patience); !stays && there(); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the folder stayed")
				}
			}
			if there() != stays {
				t.Errorf("the folder is there: %v, want %v", there(), stays)
			}
		})
	}
}
