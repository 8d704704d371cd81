package wire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"

	"google.golang.org/grpc"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// store keeps one object, and reports progress from several goroutines.
type store struct {
	fake
	data   []byte
	putErr error
	getErr error
	asked  any
}

func (s *store) GetObject(_ context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	s.asked = req.Path
	if req.Path != "" {
		if err := os.WriteFile(req.Path, s.data, 0o644); err != nil {
			return driver.ObjectDetail{}, err
		}
	}
	if req.Body != nil {
		if _, err := io.Copy(req.Body, bytes.NewReader(s.data)); err != nil {
			return driver.ObjectDetail{}, err
		}
	}
	s.progress(req.Progress)
	return driver.ObjectDetail{Size: int64(len(s.data)), ETag: "e"}, s.getErr
}

func (s *store) PutObject(_ context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	s.asked = req.Path
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		s.putErr = err
		if err != nil {
			return driver.ObjectDetail{}, err
		}
		s.data = data
	}
	s.progress(req.Progress)
	return driver.ObjectDetail{Size: int64(len(s.data)), ETag: "e"}, nil
}

func (s *store) progress(report func(int64)) {
	var wait sync.WaitGroup
	for range 1000 {
		wait.Go(func() { report(7) })
	}
	wait.Wait()
}

func random(n int) []byte {
	data := make([]byte, n)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(data)
	return data
}

func TestBodiesAndProgress(t *testing.T) {
	for _, size := range []int{0, 1, wire.ChunkBytes - 1, wire.ChunkBytes, wire.ChunkBytes + 1, 5*wire.ChunkBytes + 17} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := &store{}
			client := open(t, d)
			want := random(size)
			var progress, messages int64
			count := func(n int64) { progress += n; messages++ }
			detail, err := client.PutObject(context.Background(), driver.PutObjectRequest{
				Body: iotest.HalfReader(bytes.NewReader(want)), Progress: count,
			})
			if err != nil || detail.Size != int64(size) || !bytes.Equal(d.data, want) || progress != 7000 {
				t.Fatalf("put: %+v, %v, progress %d", detail, err, progress)
			}
			progress = 0
			var got bytes.Buffer
			detail, err = client.GetObject(context.Background(), driver.GetObjectRequest{Body: &got, Progress: count})
			if err != nil || detail.ETag != "e" || !bytes.Equal(got.Bytes(), want) || progress != 7000 {
				t.Fatalf("get: %+v, %v, progress %d", detail, err, progress)
			}
			if messages > 100 {
				t.Errorf("2000 reports came in %d messages", messages)
			}
		})
	}
}

func TestPathsCrossByteForByte(t *testing.T) {
	d := &store{data: []byte("data")}
	client := open(t, d)
	path := filepath.Join(t.TempDir(), "caf\xe9 ü\n")
	if _, err := client.GetObject(context.Background(), driver.GetObjectRequest{Path: path}); err != nil || filepath.Base(d.asked.(string)) != filepath.Base(path) {
		t.Errorf("get asked for %q: %v", d.asked, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "data" {
		t.Errorf("the file has %q, %v", data, err)
	}
	if _, err := client.PutObject(context.Background(), driver.PutObjectRequest{Path: path}); err != nil || d.asked != path {
		t.Errorf("put asked for %q: %v", d.asked, err)
	}
}

func TestPathXorBody(t *testing.T) {
	client := open(t, &store{})
	_, err1 := client.GetObject(context.Background(), driver.GetObjectRequest{})
	_, err2 := client.GetObject(context.Background(), driver.GetObjectRequest{Path: "/x", Body: io.Discard})
	_, err3 := client.PutObject(context.Background(), driver.PutObjectRequest{})
	_, err4 := client.PutObject(context.Background(), driver.PutObjectRequest{Path: "/x", Body: endless{}})
	for _, err := range []error{err1, err2, err3, err4} {
		if !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("got %v", err)
		}
	}
}

var errDisk = errors.New("disk on fire")

func TestBodyThatCannotBeRead(t *testing.T) {
	for name, failure := range map[string]error{"fails": errDisk, "truncated": io.ErrUnexpectedEOF} {
		t.Run(name, func(t *testing.T) {
			d := &ending{began: make(chan struct{}), ended: make(chan error, 1)}
			client := open(t, d)
			body := io.MultiReader(bytes.NewReader(random(3*wire.ChunkBytes+5)), &failingLater{after: d.began, err: failure})
			_, err := client.PutObject(context.Background(), driver.PutObjectRequest{Body: body})
			if !errors.Is(err, failure) {
				t.Errorf("the host got %v", err)
			}
			if err := <-d.ended; err == nil {
				t.Error("the driver took half a body for a whole one")
			}
		})
	}
}

// failingLater fails when the driver has begun, as a call that is broken off before never gets there.
type failingLater struct {
	after chan struct{}
	err   error
}

func (f *failingLater) Read([]byte) (int, error) {
	<-f.after
	return 0, f.err
}

// ending says when PutObject began and how it ended in the driver.
type ending struct {
	store
	began chan struct{}
	ended chan error
}

func (e *ending) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	close(e.began)
	detail, err := e.store.PutObject(ctx, req)
	e.ended <- err
	return detail, err
}

type badWriter struct{}

func (badWriter) Write([]byte) (int, error) { return 0, errDisk }

func TestBodyThatCannotBeWritten(t *testing.T) {
	client := open(t, &store{data: random(8 * wire.ChunkBytes)})
	_, err := client.GetObject(context.Background(), driver.GetObjectRequest{Body: badWriter{}})
	if !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

// TestNoPartAsWhole is about a plugin whose streams end too early, or go on too long.
func TestNoPartAsWhole(t *testing.T) {
	for name, events := range map[string][]*pb.GetObjectResponse{
		"nothing at all":     {},
		"chunks, no detail":  {{Event: &pb.GetObjectResponse_Chunk{Chunk: []byte("half")}}},
		"more after the end": {{Event: &pb.GetObjectResponse_Detail{}}, {Event: &pb.GetObjectResponse_Chunk{Chunk: []byte("x")}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := grpc.NewServer()
			pb.RegisterBackendServiceServer(s, &foreign{})
			pb.RegisterObjectServiceServer(s, &early{events: events})
			client := openOn(t, dial(t, s))
			if _, err := client.GetObject(context.Background(), driver.GetObjectRequest{Body: io.Discard}); !errors.Is(err, fault.Internal) {
				t.Errorf("get gave %v", err)
			}
			if name != "nothing at all" {
				return
			}
			if _, err := client.PutObject(context.Background(), driver.PutObjectRequest{Path: "/x"}); !errors.Is(err, fault.Internal) {
				t.Errorf("put gave %v", err)
			}
		})
	}
}

type early struct {
	pb.UnimplementedObjectServiceServer
	events []*pb.GetObjectResponse
}

func (e *early) GetObject(_ *pb.GetObjectRequest, stream grpc.ServerStreamingServer[pb.GetObjectResponse]) error {
	for _, event := range e.events {
		if err := stream.Send(event); err != nil {
			return err
		}
	}
	return nil
}

func (e *early) PutObject(grpc.BidiStreamingServer[pb.PutObjectRequest, pb.PutObjectResponse]) error {
	return nil
}

func openOn(t testing.TB, conn *grpc.ClientConn) driver.Driver {
	t.Helper()
	client, err := wire.NewClient(context.Background(), conn, "test", driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// lister lists many objects, and then fails if it is to.
type lister struct {
	fake
	count, yielded int
	err            error
	ended          chan struct{}
}

func (l *lister) ListObjects(context.Context, driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		defer close(l.ended)
		for i := range l.count {
			l.yielded++
			if !yield(driver.ObjectInfo{Key: fmt.Sprintf("%01000d", i)}, nil) {
				return
			}
		}
		if l.err != nil {
			yield(driver.ObjectInfo{}, l.err)
		}
	}
}

func TestLongListing(t *testing.T) {
	l := &lister{count: 12_345, err: fault.New(fault.PermissionDenied, "enough"), ended: make(chan struct{})}
	client := open(t, l)
	next := 0
	var failed error
	for o, err := range client.ListObjects(context.Background(), driver.ListObjectsRequest{}) {
		if failed != nil {
			t.Fatal("something came after the error")
		}
		if failed = err; err != nil {
			continue
		}
		if o.Key != fmt.Sprintf("%01000d", next) {
			t.Fatalf("item %d is %s", next, o.Key)
		}
		next++
	}
	if next != l.count || !errors.Is(failed, fault.PermissionDenied) {
		t.Errorf("%d items came, then %v", next, failed)
	}
}

func TestEndingTheLoopEndsTheListing(t *testing.T) {
	l := &lister{count: 10_000_000, ended: make(chan struct{})}
	client := open(t, l)
	for range client.ListObjects(context.Background(), driver.ListObjectsRequest{}) {
		break
	}
	<-l.ended
	if l.yielded > 50_000 {
		t.Errorf("the driver went on to %d items", l.yielded)
	}
}
