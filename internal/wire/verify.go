package wire

import (
	"iter"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// A plugin may be a third party's program. The answers hand out keys and delete objects, so an answer that visibly belongs to
// another request is refused here, once for all callers.

// verifyName returns an answer if it names what the call asked for. Case does not matter, because some systems answer with
// the spelling under which a thing was created.
func verifyName[T any](c *client, answer T, err error, what, asked, got string) (T, error) {
	if err == nil && !strings.EqualFold(asked, got) {
		err = c.mismatch(what, asked, got)
	}
	return orNone(answer, err)
}

// mismatch is the fault for an answer to another request.
func (c *client) mismatch(what, asked, got string) error {
	return fault.New(fault.Internal, "the plugin %s was asked for the %s %.200q and answered with %.200q; nothing that it says can be relied on",
		c.name, what, asked, got)
}

const keyOwner = "access key of the user"

// verifyKeyOwner checks that a key belongs to the user, because another user's key has other permissions.
func (c *client) verifyKeyOwner(user string, key driver.AccessKey) error {
	_, err := verifyName(c, key, nil, keyOwner, user, key.UserName)
	return err
}

// verifyEach ends a listing with an error at the first item that fails the check.
func verifyEach[T any](items iter.Seq2[T, error], verify func(T) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if err == nil {
				err = verify(item)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// verifyDeleted checks that the answer accounts for each key of the request, and for no other.
func (c *client) verifyDeleted(keys []string, answer driver.DeleteObjectsResponse) error {
	missing := make(map[string]bool, len(keys))
	for _, key := range keys {
		missing[key] = true
	}
	accounted := answer.Deleted[:len(answer.Deleted):len(answer.Deleted)]
	for _, failed := range answer.Failed {
		accounted = append(accounted, failed.Key)
	}
	for _, key := range accounted {
		if _, asked := missing[key]; !asked {
			return fault.New(fault.Internal, "the plugin %s says that it dealt with the object %.200q, which it was not asked to delete", c.name, key)
		}
		missing[key] = false
	}
	for _, key := range keys {
		if missing[key] {
			return fault.New(fault.Internal, "the plugin %s does not say whether it deleted the object %.200q", c.name, key)
		}
	}
	return nil
}

// verifySize checks that the size in the answer is the number of bytes that were transferred.
func (c *client) verifySize(what string, told, actual int64) error {
	if told == actual {
		return nil
	}
	return fault.New(fault.DataLoss, "the plugin %s says that the object has %d bytes, but %s has %d: it is not the whole object",
		c.name, told, what, actual)
}
