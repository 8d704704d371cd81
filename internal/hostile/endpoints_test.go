//go:build systems && !windows

package hostile_test

import (
	"strings"
	"sync"
	"testing"
)

// What is run against an endpoint.
var (
	whoami      = []string{"whoami"}
	listUsers   = []string{"list-users"}
	listBuckets = []string{"list-buckets"}
	listBucket  = []string{"list-bucket", "bucket"}
	session     = []string{"create", "bucket", "-d", "15m"}
	create      = []string{"create", "bucket"}
	createBoth  = []string{"create", "bucket", "-c"}
	getObject   = []string{"get-object", "bucket", "key", "-o", "got"}
	putObject   = []string{"put-object", "bucket", "key", "target"}
	deletion    = []string{"delete-objects", "bucket", "key"}
	getPolicy   = []string{"get-bucket-policy", "bucket"}
)

// soon makes the endpoint's time short, where its end is what is tested.
var soon = []string{"--timeout", "1"}

const aPage = "<!DOCTYPE html><html><body>Welcome</body></html>"

// attacks are what endpoints do, to which commands, on which backends, and what is said of it.
var attacks = map[string]struct {
	attack   attack
	backends string
	commands [][]string
	options  []string
	says     string
}{
	"silent":            {hang, "aws minio", [][]string{whoami, listUsers, listBucket, create, getObject, putObject}, soon, "did not answer within 1s; --timeout sets how long to wait"},
	"an endless error":  {repeat(500, "error"), "aws minio", [][]string{whoami, listUsers, listBucket, getObject, putObject}, nil, "sent an error of more than 1 MiB"},
	"a gzip bomb":       {unpacked, "aws", [][]string{whoami, listUsers, create}, nil, "sent an answer of more than 16 MiB"},
	"an endless text":   {repeat(200, " "), "aws minio", [][]string{whoami, listUsers, listBucket, putObject}, nil, "sent an answer of more than 16 MiB"},
	"an endless page":   {repeat(200, "<Contents><Key>k</Key></Contents>"), "aws minio", [][]string{listBucket, listBuckets}, nil, "with more than 500000 tags or values"},
	"a nested page":     {answer(200, strings.Repeat("<a>", 6<<20)), "aws minio", [][]string{listBucket, listBuckets}, nil, "with more than 500000 tags or values"},
	"a page too large":  {answer(200, "<ListBucketResult>"+strings.Repeat("<Contents/>", 100_000)+"</ListBucketResult>"), "aws minio", [][]string{listBucket}, nil, "100000 keys"},
	"attributes":        {within("<a " + strings.Repeat(`a="" `, 3<<20) + "/>"), "aws minio", [][]string{listBucket, listBuckets}, nil, "a tag of more than 64 KiB"},
	"named attributes":  {within("<a " + strings.Repeat(`a="" `, 3<<20) + "/>"), "aws", [][]string{whoami, listUsers}, nil, "a tag of more than 64 KiB"},
	"hidden attributes": {within(`<!-- " --><a ` + strings.Repeat(`a=">"`, 3<<20) + "/>"), "aws minio", [][]string{listBucket}, nil, "a tag of more than 64 KiB"},
	"a key too large":   {within("<Contents><Key>" + strings.Repeat("k", 15<<20) + "</Key></Contents>"), "aws minio", [][]string{listBucket}, nil, "a text of more than 64 KiB"},
	"a large policy":    {answer(200, `{"Statement":[],"Id":"`+strings.Repeat("k", 15<<20)+`"}`), "aws minio", [][]string{getPolicy}, nil, "sent an answer of more than 1 MiB"},
	"keys with prefix":  {answer(200, "<ListBucketResult>"+strings.Repeat("<p:Contents/>", 100_000)+"</ListBucketResult>"), "aws minio", [][]string{listBucket}, nil, "100000 keys"},
	"too many users":    {answer(200, "<ListUsersResponse><ListUsersResult><Users>"+strings.Repeat("<member/>", 200_000)+"</Users></ListUsersResult></ListUsersResponse>"), "aws", [][]string{listUsers}, nil, "200000 entries"},
	"an error within":   {within("<Error><Code>InternalError</Code></Error>"), "aws minio", [][]string{listBucket}, nil, "and sent <Error>"},
	"nested values":     {repeat(200, `[{"a":`), "minio", [][]string{whoami}, nil, "with more than 500000 tags or values"},
	"the same token":    {sameToken, "aws", [][]string{listUsers, listBuckets, listBucket}, nil, "so that the listing never ends"},
	"the same token of": {sameToken, "minio", [][]string{listBucket}, nil, "so that the listing never ends"},
	"pages in a circle": {circle, "aws minio", [][]string{listBucket}, nil, "so that the listing never ends"},
	"no ETag":           {sinks, "aws minio", [][]string{putObject}, nil, "but not under which ETag"},
	"no end":            {drips, "aws minio", [][]string{listBucket, whoami}, soon, "began an answer, but did not end it within 2s"},
	"no end of objects": {stops, "aws minio", [][]string{getObject}, soon, "sent no byte of the object for 2s"},
	"nothing":           {answer(200, ""), "aws minio", [][]string{whoami, listUsers, listBuckets, listBucket, session, create, getObject, deletion, getPolicy}, nil, "answers, but not as an S3 system does"},
	"JSON":              {answer(200, "{}"), "aws minio", [][]string{listBuckets, listBucket, session, deletion}, nil, "answers, but not as an S3 system does"},
	"a web page":        {answer(200, aPage), "aws minio", [][]string{whoami, listUsers, listBuckets, listBucket, putObject, session}, nil, "answers, but not as an S3 system does"},
	"a refusing page":   {answer(403, aPage), "aws minio", [][]string{whoami, listBucket, putObject}, nil, "answers, but not as an S3 system does"},
	"a page's 404":      {answer(404, "404 page not found"), "aws", [][]string{whoami, listUsers, listBucket, createBoth, deletion, getObject, putObject}, nil, "404 Not Found, but not of what"},
	"a page's 404 to":   {answer(404, "404 page not found"), "minio", [][]string{listBucket, deletion, getObject, putObject}, nil, "404 Not Found, but not of what"},
	"another protocol":  {chats, "aws minio", [][]string{whoami, listBucket, putObject}, nil, "no answer in HTTP"},
	"nothing new":       {answer(304, ""), "aws minio", [][]string{listBucket, getObject, session}, nil, "nothing has changed"},
	"broken XML":        {within("&x;"), "aws minio", [][]string{listBucket}, nil, "an answer that cannot be read"},
	"an error as 200":   {answer(200, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"), "aws minio", [][]string{listBuckets, listBucket, session}, nil, "AccessDenied"},
	"closed":            {closes, "aws minio", [][]string{whoami, listUsers, listBucket, session}, nil, "closed the connection without an answer"},
}

// mostMemory is how much a plugin may need, in KiB.
const mostMemory = 100 << 10

// TestEndpoints runs commands against endpoints that do not answer as S3 does. Each ends with a sentence that names the
// endpoint, and within bounds of time and memory.
func TestEndpoints(t *testing.T) {
	bomb()
	most := 0
	var measuring sync.Mutex
	t.Run("attacks", func(t *testing.T) {
		for name, c := range attacks {
			for backend := range strings.FieldsSeq(c.backends) {
				for _, command := range c.commands {
					t.Run(strings.ReplaceAll(name, " ", "-")+"/"+backend+"/"+command[0], func(t *testing.T) {
						t.Parallel()
						kib := attacked(t, c.attack, backend, c.says, append(command[:len(command):len(command)], c.options...))
						measuring.Lock()
						defer measuring.Unlock()
						most = max(most, kib)
					})
				}
			}
		}
	})
	t.Logf("the most memory that a plugin needed is %d MiB", most>>10)
}

// TestEndpointsThatAreAsked have the backend found out.
func TestEndpointsThatAreAsked(t *testing.T) {
	bomb()
	for name, attack := range map[string]attack{
		"silent": hang, "endless": repeat(200, "x"), "bomb": unpacked, "nested": repeat(403, "<a>"), "drips": drips, "closes": closes, "nothing": answer(200, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attacked(t, attack, "", "", listBuckets)
		})
	}
}
