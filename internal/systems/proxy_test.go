//go:build systems

package systems

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

func TestProxyPassesSignedRequests(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *System{"minio": MinIO, "sandbox": Sandbox} {
		t.Run(name, func(t *testing.T) {
			through, proxy := Behind(t, start(t))
			client := s3Client(through, through.AccessKeyID, through.SecretAccessKey)
			ctx := context.Background()
			bucket, key := aws.String("proxy-passes"), aws.String("a folder/ä+%.txt")
			if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}); err != nil {
				t.Fatal(err)
			}
			content := make([]byte, 9<<20)
			_, _ = rand.Read(content) // it never fails
			_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(content)})
			if err != nil {
				t.Fatal(err)
			}
			object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
			if err != nil {
				t.Fatal(err)
			}
			defer object.Body.Close()
			if got, err := io.ReadAll(object.Body); err != nil || !bytes.Equal(got, content) {
				t.Errorf("what came back differs (%d bytes, %v)", len(got), err)
			}
			if seen := proxy.Seen(); len(seen) != 3 || seen[0].Method != "PUT" || seen[2].Changes() || !seen[1].Changes() {
				t.Errorf("seen: %+v", seen)
			}
		})
	}
}

func TestProxyBreaksRequests(t *testing.T) {
	through, proxy := Behind(t, Sandbox(t))
	client := s3Client(through, through.AccessKeyID, through.SecretAccessKey)
	for action, code := range map[Action]string{Fail: "InternalError", Deny: "AccessDenied", Throttle: "SlowDown"} {
		proxy.FailNth(2, action)
		if _, err := client.ListBuckets(context.Background(), nil); err != nil {
			t.Errorf("the first request: %v", err)
		}
		_, err := client.ListBuckets(context.Background(), nil)
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	proxy.FailFrom(1, Hang)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.ListBuckets(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("want to wait until the deadline, got %v", err)
	}
}

func TestProxyRefusesOrLosesAnswers(t *testing.T) {
	direct := Sandbox(t)
	through, proxy := Behind(t, direct)
	client := s3Client(through, through.AccessKeyID, through.SecretAccessKey)
	check := s3Client(direct, direct.AccessKeyID, direct.SecretAccessKey)
	for action, made := range map[Action]bool{Refuse: false, LoseAnswer: true} {
		proxy.FailNth(1, action)
		var lost atomic.Bool
		proxy.OnLost(func() { lost.Store(true) })
		bucket := aws.String(map[Action]string{Refuse: "proxy-refuses", LoseAnswer: "proxy-loses"}[action])
		_, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: bucket})
		var api smithy.APIError
		if err == nil || errors.As(err, &api) {
			t.Errorf("%v: want no answer, got %v", action, err)
		}
		_, err = check.HeadBucket(context.Background(), &s3.HeadBucketInput{Bucket: bucket})
		if (err == nil) != made || lost.Load() != made {
			t.Errorf("%v: asked the server for the bucket: %v", action, err)
		}
	}
}

func TestProxyKnowsOperations(t *testing.T) {
	through, proxy := Behind(t, Sandbox(t))
	client := iam.New(iam.Options{
		Region: through.Region, BaseEndpoint: aws.String(through.EndpointURL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(through.AccessKeyID, through.SecretAccessKey, ""),
	})
	if _, err := client.CreateUser(context.Background(), &iam.CreateUserInput{UserName: aws.String("seen")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListUsers(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	seen := proxy.Seen()
	if len(seen) != 2 || seen[0].Operation != "CreateUser" || !seen[0].Changes() ||
		seen[1].Operation != "ListUsers" || seen[1].Changes() {
		t.Errorf("seen: %+v", seen)
	}
}

func TestProxyDelaysTruncatesAndRepeats(t *testing.T) {
	through, proxy := Behind(t, Sandbox(t))
	client := s3Client(through, through.AccessKeyID, through.SecretAccessKey)
	list := func() error {
		_, err := client.ListBuckets(context.Background(), nil)
		return err
	}
	for action, works := range map[Action]bool{Delay: true, Repeat: true, Truncate: false} {
		proxy.FailNth(1, action)
		if err := list(); (err == nil) != works {
			t.Errorf("%v: %v", action, err)
		}
	}
	proxy.FailNth(1, Repeat)
	bucket := &s3.CreateBucketInput{Bucket: aws.String("proxy-repeats")}
	_, err := client.CreateBucket(context.Background(), bucket)
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "BucketAlreadyOwnedByYou" {
		t.Errorf("the second creation gave %v", err)
	}
}

func TestProxyStandsBeforeAnAPIBesideS3(t *testing.T) {
	answering := func(text string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	through, proxy := Behind(t, &System{EndpointURL: answering("s3"), AdminURL: answering("admin")})
	proxy.FailNth(3, Deny)
	for _, c := range []struct{ url, path, says string }{{through.EndpointURL, "/one", "s3"}, {through.AdminURL, "/two", "admin"}} {
		answer, err := http.Get(c.url + c.path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || string(text) != c.says {
			t.Errorf("%s says %q, %v", c.path, text, err)
		}
	}
	denied, err := http.Get(through.AdminURL + "/three")
	if err != nil {
		t.Fatal(err)
	}
	_ = denied.Body.Close()
	if seen := proxy.Seen(); denied.StatusCode != http.StatusForbidden || len(seen) != 3 || seen[1].Path != "/two" {
		t.Errorf("status %d, seen: %+v", denied.StatusCode, seen)
	}
}
