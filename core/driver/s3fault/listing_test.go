package s3fault_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
)

// listed lists until there is an error, or so many pages came. After names the token that follows the one asked for.
func listed(ctx context.Context, t *testing.T, most int, after func(token string) string) (requests int, err error) {
	t.Helper()
	transport := &s3fault.Transport{Limits: s3fault.LimitsFor(0), Next: next(func(req *http.Request) (*http.Response, error) {
		requests++
		return respond(200, xmlPage("<NextContinuationToken>"+after(req.URL.Query().Get("continuation-token"))+"</NextContinuationToken>"))(req)
	})}
	token := ""
	for requests < most && err == nil {
		query := "/b?list-type=2"
		if token != "" {
			query += "&continuation-token=" + url.QueryEscape(token)
		}
		_, err = transport.RoundTrip(request(t, "GET", query, nil).WithContext(ctx))
		token = after(token)
	}
	return requests, err
}

// circle leads in with some tokens, and then in a circle.
func circle(lead, around int) func(string) string {
	return func(token string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(token, "t"))
		if n++; n > lead+around {
			n = lead + 1
		}
		return fmt.Sprint("t", n)
	}
}

// TestListingsInACircleEnd has tokens come again after a while. It takes at most three rounds to notice that.
func TestListingsInACircleEnd(t *testing.T) {
	for _, lead := range []int{0, 1, 2, 5, 16, 100} {
		for _, around := range []int{1, 2, 3, 4, 7, 16, 100} {
			requests, err := listed(s3fault.Listing(t.Context()), t, 10_000, circle(lead, around))
			if err == nil || requests > 3*(lead+around)+2 || requests <= lead+around {
				t.Errorf("%d pages, then %d in a circle: %d requests, %v", lead, around, requests, err)
				continue
			}
			says(t, err, "so that the listing never ends")
		}
	}
}

// TestTheSamePageAgain has the page that was asked for named as the next one, by the services that have pages.
func TestTheSamePageAgain(t *testing.T) {
	for name, c := range map[string]struct{ url, form, answer string }{
		"objects": {"/b?list-type=2&continuation-token=a%26b", "", "<s3:ListBucketResult><s3:NextContinuationToken>a&amp;b</s3:NextContinuationToken></s3:ListBucketResult>"},
		"buckets": {"/?continuation-token=t", "", "<ListAllMyBucketsResult><ContinuationToken a=''>t</ContinuationToken></ListAllMyBucketsResult>"},
		"roles":   {"/", roles + "&Marker=m", "<ListRolesResponse><ListRolesResult><Marker>m</Marker></ListRolesResult></ListRolesResponse>"},
	} {
		ctx := s3fault.Listing(t.Context())
		var err error
		for n := range 2 {
			if err != nil {
				t.Errorf("%s: request %d: %v", name, n, err)
			}
			req := request(t, "GET", c.url, nil)
			if c.form != "" {
				req = request(t, "POST", c.url, strings.NewReader(c.form))
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			_, _, err = send(respond(200, strings.NewReader(c.answer)), req.WithContext(ctx))
		}
		says(t, err, "so that the listing never ends")
	}
}

// TestLongListingsDoNotEnd has as many pages as a bucket of a million keys.
func TestLongListingsDoNotEnd(t *testing.T) {
	if requests, err := listed(s3fault.Listing(t.Context()), t, 1000, circle(2000, 1)); err != nil || requests != 1000 {
		t.Errorf("%d requests, %v", requests, err)
	}
}

// TestListingsAreApart has two of the same bucket at the same time.
func TestListingsAreApart(t *testing.T) {
	for range 2 {
		if _, err := listed(s3fault.Listing(t.Context()), t, 10, circle(100, 1)); err != nil {
			t.Error(err)
		}
	}
}

// TestATokenWithoutASuccessor has a page that says that there are more, but not where: some clients ask for it again.
func TestATokenWithoutASuccessor(t *testing.T) {
	ctx := s3fault.Listing(t.Context())
	transport := &s3fault.Transport{Limits: s3fault.LimitsFor(0), Next: next(func(req *http.Request) (*http.Response, error) {
		return respond(200, xmlPage("<IsTruncated>true</IsTruncated>"))(req)
	})}
	ask := func() error {
		_, err := transport.RoundTrip(request(t, "GET", "/b?list-type=2&continuation-token=t", nil).WithContext(ctx))
		return err
	}
	if err := ask(); err != nil {
		t.Error(err)
	}
	says(t, ask(), "so that the listing never ends")
}

// TestListingsOfVersionsEnd has pages whose markers lead back to an earlier one.
func TestListingsOfVersionsEnd(t *testing.T) {
	for _, markers := range []string{"versions&key-marker=k&version-id-marker=v", "uploads&key-marker=k&upload-id-marker=u"} {
		ctx := s3fault.Listing(t.Context())
		root := map[bool]string{true: "ListVersionsResult", false: "ListMultipartUploadsResult"}[strings.HasPrefix(markers, "versions")]
		transport := &s3fault.Transport{Limits: s3fault.LimitsFor(0), Next: next(func(req *http.Request) (*http.Response, error) {
			return respond(200, strings.NewReader("<"+root+"><IsTruncated>true</IsTruncated></"+root+">"))(req)
		})}
		ask := func() error {
			_, err := transport.RoundTrip(request(t, "GET", "/b?"+markers, nil).WithContext(ctx))
			return err
		}
		if err := ask(); err != nil {
			t.Errorf("%s: %v", markers, err)
		}
		says(t, ask(), "so that the listing never ends")
	}
}
