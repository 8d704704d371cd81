package conformance

import (
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// longestEnd is the longest wait for the end of a key, and endMargin what a request may take on its way.
const (
	longestEnd = 5 * time.Second
	endMargin  = time.Minute
)

// keyWith creates a key for a user of its own.
func (e *env) keyWith(req driver.CreateAccessKeyRequest) driver.AccessKey {
	e.Helper()
	key, err := e.Driver.CreateAccessKey(e.ctx, req)
	e.ok(err, "CreateAccessKey")
	return key
}

// onlyKeyOf is the key of a user who has one.
func (e *env) onlyKeyOf(user string) driver.AccessKey {
	e.Helper()
	listed := e.keysOf(user)
	if len(listed) != 1 {
		e.Fatalf("listed are %v, want one key", listed)
	}
	return listed[0]
}

func (e *env) leastEnd() time.Duration {
	return time.Duration(e.Description.Limits.MinKeySeconds) * time.Second
}

func keyEnd(e *env) {
	user, _ := e.newUser()
	end := time.Now().Add(e.leastEnd() + time.Hour).Truncate(time.Second)
	key := e.keyWith(driver.CreateAccessKeyRequest{UserName: user, Expires: end})
	if listed := e.onlyKeyOf(user); !listed.Expires.Equal(end) || !key.Expires.Equal(end) {
		e.Errorf("the key ends at %v, and is listed with %v, want %v", key.Expires, listed.Expires, end)
	}
	end = end.Add(time.Hour)
	e.ok(e.Driver.SetAccessKeyExpiry(e.ctx, driver.SetAccessKeyExpiryRequest{UserName: user, AccessKeyID: key.AccessKeyID, Expires: end}), "SetAccessKeyExpiry")
	if listed := e.onlyKeyOf(user); !listed.Expires.Equal(end) || listed.Status != driver.KeyActive {
		e.Errorf("the key, %s, ends at %v, want %v", listed.Status, listed.Expires, end)
	}
}

func keyIsRefusedAfterItsEnd(e *env) {
	if e.leastEnd() > longestEnd {
		e.Unsupported("the least time of a key is too long to wait for: %s", e.leastEnd())
	}
	user, _ := e.newUser()
	key := e.keyWith(driver.CreateAccessKeyRequest{UserName: user, Expires: time.Now().Add(e.leastEnd() + time.Second)})
	d := e.as(credentialsOf(key))
	e.waitUntil(key.Expires)
	e.eventually("WhoAmI with a key after its end fails with Unauthenticated", func() error {
		_, err := d.WhoAmI(e.ctx)
		return mustBe(err, fault.Unauthenticated)
	})
}

func endOfNobody(e *env) {
	one, _ := e.newUser()
	two, _ := e.newUser()
	key := e.newKey(one, nil)
	soon := time.Now().Add(e.leastEnd() + endMargin)
	for _, c := range [][2]string{{two, key.AccessKeyID}, {one, "AKIAIOSFODNN7EXAMPLE"}, {e.name("u"), key.AccessKeyID}} {
		err := e.Driver.SetAccessKeyExpiry(e.ctx, driver.SetAccessKeyExpiryRequest{UserName: c[0], AccessKeyID: c[1], Expires: soon})
		e.want(err, fault.NotFound, "SetAccessKeyExpiry of the key %s of the user %s", c[1], c[0])
	}
	ends := []time.Time{time.Now().Add(-time.Hour)}
	if most := e.Description.Limits.MaxKeySeconds; most > 0 {
		ends = append(ends, time.Now().Add(time.Duration(most)*time.Second+endMargin))
	}
	for _, end := range ends {
		err := e.Driver.SetAccessKeyExpiry(e.ctx, driver.SetAccessKeyExpiryRequest{UserName: one, AccessKeyID: key.AccessKeyID, Expires: end})
		e.want(err, fault.InvalidArgument, "SetAccessKeyExpiry with the end %v", end)
		_, err = e.Driver.CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: one, Expires: end})
		e.want(err, fault.InvalidArgument, "CreateAccessKey with the end %v", end)
	}
	if listed := e.onlyKeyOf(one); !listed.Expires.IsZero() {
		e.Errorf("a key without an end got one: %v", listed.Expires)
	}
}
