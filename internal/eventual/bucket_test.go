//go:build systems

package eventual

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// settingsOf are the parts of a bucket's configuration that lag, with the code of a bucket that has none.
var settingsOf = map[string]string{
	"policy": "NoSuchBucketPolicy", "website": "NoSuchWebsiteConfiguration", "publicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
}

// aboutBucket is a request to S3: for a bucket, or for a setting of it.
type aboutBucket struct {
	method, bucket, setting string
	body                    string
}

// factsOf are the facts that the request is about; the setting's is empty for a request about the bucket itself.
func (a aboutBucket) facts() (bucket, setting string) {
	bucket = "bucket/" + a.bucket
	if a.setting != "" {
		setting = bucket + "/" + a.setting
	}
	return bucket, setting
}

func parseBucket(r *http.Request, body string) aboutBucket {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	a := aboutBucket{method: r.Method, bucket: name, body: body}
	for setting := range r.URL.Query() {
		if _, lags := settingsOf[setting]; lags {
			a.setting = setting
		}
	}
	return a
}

// creates and deletes say that the request is about the bucket as a whole.
func (a aboutBucket) whole(r *http.Request) bool {
	plain := len(r.URL.Query()) == 0 || slices.Equal([]string{"x-id"}, keys(r))
	return a.bucket != "" && plain && strings.Trim(r.URL.Path, "/") == a.bucket
}

func keys(r *http.Request) []string {
	var names []string
	for name := range r.URL.Query() {
		names = append(names, name)
	}
	return names
}

// early is what a replica answers by itself, as for IAM.
func (a aboutBucket) early(w *world, now time.Time, replica int, r *http.Request) (answer, refusal string) {
	bucket, setting := a.facts()
	creates := a.method == http.MethodPut && a.whole(r)
	if a.bucket == "" || creates {
		return "", ""
	}
	if w.unknown(now, replica, bucket) {
		return "", "NoSuchBucket"
	}
	if setting == "" || a.method != http.MethodGet || w.settled(now, setting) {
		return "", ""
	}
	value, _ := w.seen(now, replica, setting)
	if value == "" {
		return "", settingsOf[a.setting]
	}
	return value, ""
}

// record notes what the request changed.
func (a aboutBucket) record(w *world, now time.Time, r *http.Request) {
	bucket, setting := a.facts()
	switch {
	case setting != "" && a.method == http.MethodPut:
		w.set(now, setting, a.body)
	case setting != "" && a.method == http.MethodDelete:
		w.set(now, setting, "")
	case a.whole(r) && a.method == http.MethodPut:
		w.set(now, bucket, "there")
	case a.whole(r) && a.method == http.MethodDelete:
		w.set(now, bucket, "")
	}
}
