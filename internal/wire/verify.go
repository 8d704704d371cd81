package wire

import (
	"iter"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// A plugin is somebody else's program. What it answers is used to hand out keys and to delete objects, so what can be
// seen to belong to another request is refused here, once, rather than believed everywhere else.

// answersFor passes an answer on if it names what was asked for. Names are compared without regard to case, as some
// systems keep the spelling with which a thing was made.
func answersFor[T any](c *Client, answer T, err error, what, asked, got string) (T, error) {
	var zero T
	switch {
	case err != nil:
		return zero, err
	case !strings.EqualFold(asked, got):
		return zero, c.foreign(what, asked, got)
	}
	return answer, nil
}

// foreign is the fault for an answer to something else.
func (c *Client) foreign(what, asked, got string) error {
	return fault.New(fault.Internal, "the plugin %s was asked for the %s %.200q and answered with %.200q; nothing that it says can be relied on",
		c.name, what, asked, got)
}

// verifyNewUser checks that the user, and the key that came with it, are the ones that were asked for.
func (c *Client) verifyNewUser(name string, made driver.CreateUserResponse) error {
	if !strings.EqualFold(made.User.Name, name) {
		return c.foreign("user", name, made.User.Name)
	}
	if made.AccessKey != nil {
		return c.verifyKeyOwner(name, *made.AccessKey)
	}
	return nil
}

// verifyKeyOwner checks that a key is the user's: a key of somebody else has somebody else's rights.
func (c *Client) verifyKeyOwner(user string, key driver.AccessKey) error {
	if !strings.EqualFold(key.UserName, user) {
		return c.foreign("access key of the user", user, key.UserName)
	}
	return nil
}

// verifyEach ends a listing at the first item that does not belong to it.
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

// verifyDeleted checks that the answer accounts for each key that was to be deleted, and for nothing else.
func (c *Client) verifyDeleted(keys []string, gone driver.DeleteObjectsResponse) error {
	open := make(map[string]bool, len(keys))
	for _, key := range keys {
		open[key] = true
	}
	account := func(key string) error {
		if _, asked := open[key]; !asked {
			return fault.New(fault.Internal, "the plugin %s says that it dealt with the object %.200q, which it was not asked to delete", c.name, key)
		}
		open[key] = false
		return nil
	}
	for _, key := range gone.Deleted {
		if err := account(key); err != nil {
			return err
		}
	}
	for _, failed := range gone.Failed {
		if err := account(failed.Key); err != nil {
			return err
		}
	}
	for _, key := range keys {
		if open[key] {
			return fault.New(fault.Internal, "the plugin %s does not say whether it deleted the object %.200q", c.name, key)
		}
	}
	return nil
}

// verifySize checks that the plugin speaks of as many bytes as there were.
func (c *Client) verifySize(what string, told, real int64) error {
	if told == real {
		return nil
	}
	return fault.New(fault.DataLoss, "the plugin %s says that the object has %d bytes, but %s has %d: it is not the whole object",
		c.name, told, what, real)
}
