package s3fault

import (
	"cmp"
	"time"
)

// DefaultTimeout is how long an endpoint may take to begin an answer where nobody says otherwise.
const DefaultTimeout = 30 * time.Second

// Limits bound what an endpoint may take of time and of memory. A [Transport] keeps them. No limit that is broken is tried
// again, except for the bytes of an object (see package transfer), so that a request takes 90 seconds at the most by default,
// and one that fails again and again, answers in between included, two minutes.
type Limits struct {
	// Header is the time for the headers of an answer, and the time in which a failing request is sent again.
	Header time.Duration
	// Answer is the time for a whole answer that is no object, counted from its headers. An answer to CompleteMultipartUpload
	// has ten times that: S3 sends white space for minutes while it works.
	Answer time.Duration
	// Idle is the time without a byte of an object's body, in either direction, and from the end of an upload to its answer.
	// In ten times that, 64 KiB of an object have to come. The times for an answer, and for bytes to be taken, are longer by
	// what a line of 64 KiB a second needs for all that is on its way, up to ten times as long.
	Idle time.Duration
	// ErrorBytes is the size of an error's body, and of a policy; AnswerBytes is that of any other answer that is no object, decompressed.
	ErrorBytes, AnswerBytes int64
	// Tags is the number of tags in an answer of XML, and of values in one of JSON: it bounds the memory that reading it takes.
	// A page of 1,000 keys has 25,000 tags.
	Tags int
	// Value is the size of a tag in an answer of XML, and of a text in it.
	Value int
	// Keys is the number of keys and common prefixes in a page of a listing: no S3 system sends more than 1,000.
	Keys int
	// Members is the number of entries in a page of a listing of IAM. IAM sends 1,000 at the most; what imitates it may send
	// all that it has.
	Members int
}

// LimitsFor returns the limits for a [driver.Config.Timeout]; 0 stands for [DefaultTimeout].
func LimitsFor(timeout time.Duration) Limits {
	header := cmp.Or(timeout, DefaultTimeout)
	return Limits{
		Header: header, Answer: 2 * header, Idle: 2 * header,
		ErrorBytes: 1 << 20, AnswerBytes: 16 << 20, Tags: 500_000, Value: 64 << 10, Keys: 1000, Members: 10_000,
	}
}
