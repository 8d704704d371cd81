package main

import (
	"context"
	"errors"
	"iter"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var keyColumns = []string{
	"UserName", "AccessKeyId", "Status", "CreateDate", "LastUsedDate", "LastUsedService", "LastUsedRegion", "Expires", "MadeWith",
}

func newListKeys() *cli.Command {
	list := listing{shown: []string{"UserName", "AccessKeyId", "Status", "CreateDate", "LastUsedDate", "Expires"}}
	return &cli.Command{
		Name:    "list-keys",
		Summary: "List the access keys of specified users",
		Needs:   []driver.Capability{driver.CapUsers, driver.CapAccessKeys},
		Long: "Returns the keys of all users if no usernames are provided. When a key was last used, where and for what is there on " +
			"systems that tell; one that has none of it was never used. A key without Expires does not end by itself. MadeWith is the version " +
			"of this program that made the key, by tags. On systems whose keys have no tags and no end of their own (AWS), MadeWith is the version that made " +
			"the user, who may have got the key from somebody else, and Expires is when the access of a user of this program ends, by the " +
			"user's policies, where these credentials may read them.",
		Examples: []cli.Example{
			{Purpose: "To see the keys of one user", Line: "s3-credentials list-keys username --table"},
			{Purpose: "To list the keys of all users as CSV", Line: "s3-credentials list-keys --csv"},
		},
		Args:    []cli.Arg{{Name: "USERNAMES", Repeated: true, Complete: cli.CompleteUser}},
		Options: list.options(),
		Check:   list.check,
		Run: func(ctx context.Context, env *cli.Env, names []string) error {
			engine, err := connect.Engine(env)
			if err != nil {
				return err
			}
			return printRows(env, &list, keyColumns, usedKeys(ctx, engine, names), asRow(keyRow))
		},
	}
}

// usedKey is a key with who made it, and its use where the system tells.
type usedKey struct {
	driver.AccessKey
	driver.AccessKeyUse
	origin core.Origin
}

// usedKeys yields the keys of the users, or of all if none is named.
func usedKeys(ctx context.Context, engine *core.Engine, names []string) iter.Seq2[usedKey, error] {
	listed := keysOfAll(ctx, engine)
	if len(names) > 0 {
		listed = keysOfThese(ctx, engine, names)
	}
	if !engine.Description().Has(driver.CapKeyUse) {
		return listed
	}
	return lookedUp(ctx, listed, func(ctx context.Context, key usedKey) (usedKey, error) {
		var err error
		key.AccessKeyUse, err = engine.GetAccessKeyUse(ctx, driver.GetAccessKeyUseRequest{UserName: key.UserName, AccessKeyID: key.AccessKeyID})
		if errors.Is(err, fault.Unsupported) {
			err = nil // the system behind the endpoint does not tell
		}
		return key, err
	})
}

// keysOfThese yields the keys of users that are named, who have to exist.
func keysOfThese(ctx context.Context, engine *core.Engine, names []string) iter.Seq2[usedKey, error] {
	return flat(func(yield func([]usedKey, error) bool) {
		for _, name := range once(names) {
			keys, err := keysOf(ctx, engine, name)
			if !yield(keys, err) || err != nil {
				return
			}
		}
	})
}

// keysOfAll yields the keys of all users.
func keysOfAll(ctx context.Context, engine *core.Engine) iter.Seq2[usedKey, error] {
	return flat(lookedUp(ctx, engine.ListUsers(ctx), func(ctx context.Context, user driver.User) ([]usedKey, error) {
		return keysOf(ctx, engine, user.Name)
	}))
}

// keysOf returns the keys of a user, with who made them: by their own tags or, where keys have none, by those of the user. The end of a user
// is that of its keys where these have none of their own.
func keysOf(ctx context.Context, engine *core.Engine, user string) ([]usedKey, error) {
	listed, err := collected(engine.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return nil, err
	}
	keys := make([]usedKey, len(listed))
	for i, key := range listed {
		keys[i].AccessKey = key
		keys[i].origin, _ = core.OriginOf(key.Tags)
	}
	if d := engine.Description(); len(keys) == 0 || d.Has(driver.CapKeyTags) || !d.Has(driver.CapUserTags) {
		return keys, nil
	}
	origin, ours, err := engine.UserOrigin(ctx, user)
	if errors.Is(err, fault.PermissionDenied) {
		return keys, nil // who may list keys need not be allowed to look at users
	}
	if err != nil || !ours {
		return keys, err
	}
	end, err := endOf(ctx, engine, user)
	for i := range keys {
		keys[i].origin, keys[i].Expires = origin, end
	}
	return keys, err
}

func keyRow(k usedKey) orderedjson.Object {
	var row orderedjson.Object
	row.AddText("UserName", k.UserName)
	row.AddText("AccessKeyId", k.AccessKeyID)
	row.AddText("Status", k.Status)
	row.AddTime("CreateDate", k.Created)
	row.AddTime("LastUsedDate", k.Date)
	row.AddText("LastUsedService", k.Service)
	row.AddText("LastUsedRegion", k.Region)
	row.AddTime("Expires", k.Expires)
	row.AddText("MadeWith", k.origin.Version)
	return row
}
