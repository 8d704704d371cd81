package core

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Verdict is what a probe found out of a key.
type Verdict string

// The verdicts.
const (
	// AsAsked: it may do what was asked for, or may not do what was not.
	AsAsked Verdict = "as asked"
	// Wider: it may do what was not asked for.
	Wider Verdict = "wider"
	// Narrower: it may not do what was asked for.
	Narrower Verdict = "narrower"
	// Untold: it was not tried, the system does not tell, or it depends on a condition of the policy.
	Untold Verdict = "unknown"
)

// Probe is one thing that was tried with a key.
type Probe struct {
	// Action is what was tried, such as "s3:GetObject", in Bucket and on Key, which is a prefix for listings.
	Action, Bucket, Key string
	// Expected says whether the key should be allowed to, and Allowed whether it is.
	Expected, Allowed bool
	Verdict           Verdict
	// unique is the end of Key that no object has.
	unique string
	// implied says why it is permitted unasked: by the system, or to everybody; empty if it is not.
	implied string
	// Reason says why the verdict is Untold, or AsAsked where the key may do what is not expected.
	Reason string
	// Left names what the probe left behind; empty for nothing.
	Left string
	// Caveat is what the key may do whatever its policies say, by the system's word (see driver.AccessKey); empty for nothing. The verdict
	// leaves it out, as each key of that system may.
	Caveat string
}

// Verification is what was tried with a key.
type Verification struct{ Probes []Probe }

// Verdict is Wider if a probe is, else Narrower if one is. It is Untold if nothing was found out of what the key should be able to do:
// a key that does not work may do nothing else either. Otherwise it is AsAsked.
func (v Verification) Verdict() Verdict {
	for _, verdict := range []Verdict{Wider, Narrower} {
		if len(v.With(verdict)) > 0 {
			return verdict
		}
	}
	if slices.ContainsFunc(v.Probes, func(p Probe) bool { return p.Expected && p.Verdict == AsAsked }) {
		return AsAsked
	}
	return Untold
}

// With are the probes with a verdict.
func (v Verification) With(verdict Verdict) []Probe {
	return slices.DeleteFunc(slices.Clone(v.Probes), func(p Probe) bool { return p.Verdict != verdict })
}

// probesAtOnce is how many probes run at the same time.
const probesAtOnce = 8

// CheckVerification refuses, without a request, options that no verification can be made of.
func (e *Engine) CheckVerification(options CreateOptions) error {
	_, err := e.probesFor(options, "")
	return err
}

// Verify tries with the engine's own credentials, which are those of a key, what the options ask for and what they do not: under each
// prefix, under a sibling with the same beginning, elsewhere in the bucket, in another bucket, on the bucket's policy and versions, and on users.
// What must work is tried first; if it does not, the rest is not tried, and the verdict is Narrower. Other is a bucket that exists and
// is none of theirs; empty for a name that no bucket has, of which some systems tell nothing. It sends fewer than 60 requests for each
// prefix, and changes nothing. What the key may do under a prefix that the options do not name is not found. Unsupported if the
// backend cannot probe; a request without an answer, or with credentials that the system does not know, ends it.
func (e *Engine) Verify(ctx context.Context, options CreateOptions, other string) (Verification, error) {
	wanted, err := e.probesFor(options, other)
	if err != nil {
		return Verification{}, err
	}
	return e.verify(ctx, wanted)
}

// verify sends the probes.
func (e *Engine) verify(ctx context.Context, wanted []Probe) (Verification, error) {
	wanted = slices.Clone(wanted)
	// What must work comes first: as long as a new key does not work, it tells nothing that it may do nothing else either.
	for _, expected := range []bool{true, false} {
		if err := e.tryAll(ctx, wanted, expected); err != nil {
			return Verification{wanted}, err
		}
		if expected && (Verification{wanted}).Verdict() == Narrower {
			break
		}
	}
	for i, p := range wanted {
		if p.Verdict == "" {
			wanted[i].Verdict, wanted[i].Reason = Untold, "it was not tried, because what must work does not"
		}
	}
	return Verification{wanted}, nil
}

// tryAll sends the probes that are expected to be allowed, or those that are not.
func (e *Engine) tryAll(ctx context.Context, probes []Probe, expected bool) error {
	which := func(yield func(int, error) bool) {
		for i, p := range probes {
			if p.Expected == expected && !yield(i, nil) {
				return
			}
		}
	}
	return parallel.Each(ctx, probesAtOnce, func(context.Context) iter.Seq2[int, error] { return which }, func(ctx context.Context, i int) error {
		found, err := e.try(ctx, probes[i])
		probes[i] = found // each has its own
		return err
	})
}

// try sends the request of a probe, unless it depends on a condition.
func (e *Engine) try(ctx context.Context, p Probe) (Probe, error) {
	if p.Verdict == Untold {
		return p, nil
	}
	answer, err := e.Probe(ctx, driver.ProbeRequest{Action: p.Action, Bucket: p.Bucket, Key: p.Key})
	if p.Expected && p.Action == "s3:GetObject" && (err == nil && !answer.Allowed || saysNothing(err)) {
		return e.tryReading(ctx, p)
	}
	p.Left, p.Caveat = answer.Left, answer.Caveat
	switch {
	case saysNothing(err):
		p.Verdict, p.Reason = Untold, err.Error()
		return p, nil
	case err != nil:
		return p, err
	}
	p.Allowed = answer.Allowed
	p.judge()
	return p, nil
}

// saysNothing reports whether the system answered a probe with an error that has nothing to do with permissions. Without an answer, or
// with wrong credentials, nothing can be verified at all.
func saysNothing(err error) bool {
	code := fault.CodeOf(err)
	return code == fault.Unsupported || code == fault.NotFound || fault.ServiceOf(err) != nil && code != fault.Unauthenticated
}

// judge gives the probe its verdict.
func (p *Probe) judge() {
	switch {
	case p.Allowed == p.Expected:
		p.Verdict = AsAsked
	case p.Allowed && p.implied != "":
		p.Verdict, p.Reason = AsAsked, p.implied
	case p.Allowed:
		p.Verdict = Wider
	default:
		p.Verdict = Narrower
	}
}

// tryReading reads an object that exists: of one that does not, AWS says that it may not be read to who may not list the bucket, and Ceph
// says to a session that it does not exist, whether the session may read or not.
func (e *Engine) tryReading(ctx context.Context, p Probe) (Probe, error) {
	key := e.anObject(ctx, p.Bucket, p.Key[:len(p.Key)-len(p.unique)])
	if key == "" {
		p.Verdict, p.Reason = Untold, "no object is found that it could read"
		return p, nil
	}
	answer, err := e.Probe(ctx, driver.ProbeRequest{Action: p.Action, Bucket: p.Bucket, Key: key})
	if saysNothing(err) {
		p.Verdict, p.Reason = Untold, err.Error()
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Key, p.Allowed = key, answer.Allowed
	p.judge()
	return p, nil
}

// anObject returns the key of an object under the prefix; empty if none is found.
func (e *Engine) anObject(ctx context.Context, bucket, prefix string) string {
	for object, err := range e.ListObjects(ctx, driver.ListObjectsRequest{Bucket: bucket, Prefix: prefix}) {
		if err != nil {
			return ""
		}
		return object.Key
	}
	return ""
}

// verifyPause is the time between two looks at a key that does not do all it should yet.
const verifyPause = time.Second

// VerifyWithin is Verify for a key that was just made: it tries again until the key does what was asked, for as long as patience, or, if
// the key may do too much, for as long as a change may be missing from what the system does (Limits.LagSeconds). It returns what it
// found last.
func (e *Engine) VerifyWithin(ctx context.Context, options CreateOptions, other string, patience time.Duration) (Verification, error) {
	wanted, err := e.probesFor(options, other)
	if err != nil {
		return Verification{}, err
	}
	return e.verifyWithin(ctx, patience, func() (Verification, error) { return e.verify(ctx, wanted) })
}

// verifyWithin verifies until the verdict stays.
func (e *Engine) verifyWithin(ctx context.Context, patience time.Duration, verify func() (Verification, error)) (Verification, error) {
	for waited := time.Duration(0); ; waited += verifyPause {
		found, err := verify()
		limit := patience
		switch {
		case err != nil && !errors.Is(err, fault.Unauthenticated), err == nil && (found.Verdict() == AsAsked || found.Verdict() == Untold):
			limit = 0
		case err == nil && found.Verdict() == Wider:
			limit = min(patience, time.Duration(e.description.Limits.LagSeconds)*time.Second)
		}
		if waited >= limit {
			return found, err
		}
		if err := e.sleep(ctx, verifyPause); err != nil {
			return found, err
		}
	}
}
