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
	"UserName", "AccessKeyId", "Status", "CreateDate", "LastUsedDate", "LastUsedService", "LastUsedRegion", "Expires",
}

func newListKeys() *cli.Command {
	list := listing{shown: []string{"UserName", "AccessKeyId", "Status", "CreateDate", "LastUsedDate", "Expires"}}
	return &cli.Command{
		Name:    "list-keys",
		Summary: "List the access keys of specified users",
		Needs:   []driver.Capability{driver.CapUsers, driver.CapAccessKeys},
		Long: "Returns the keys of all users if no usernames are provided. When a key was last used, where and for what is there on " +
			"systems that tell; one that has none of it was never used. A key without Expires does not end by itself.",
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

// usedKey is a key with its use, where the system tells.
type usedKey struct {
	driver.AccessKey
	driver.AccessKeyUse
}

// usedKeys yields the keys of the users, or of all if none is named.
func usedKeys(ctx context.Context, engine *core.Engine, names []string) iter.Seq2[usedKey, error] {
	listed := keysOfAll(ctx, engine)
	if len(names) > 0 {
		listed = keysOfThese(ctx, engine, names)
	}
	if !engine.Description().Has(driver.CapKeyUse) {
		return func(yield func(usedKey, error) bool) {
			for key, err := range listed {
				if !yield(usedKey{AccessKey: key}, err) || err != nil {
					return
				}
			}
		}
	}
	return lookedUp(ctx, listed, func(ctx context.Context, key driver.AccessKey) (usedKey, error) {
		use, err := engine.GetAccessKeyUse(ctx, driver.GetAccessKeyUseRequest{UserName: key.UserName, AccessKeyID: key.AccessKeyID})
		if errors.Is(err, fault.Unsupported) {
			err = nil // the system behind the endpoint does not tell
		}
		return usedKey{key, use}, err
	})
}

// keysOfThese yields the keys of users that are named, who have to exist.
func keysOfThese(ctx context.Context, engine *core.Engine, names []string) iter.Seq2[driver.AccessKey, error] {
	return func(yield func(driver.AccessKey, error) bool) {
		for _, name := range names {
			for key, err := range engine.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}) {
				if !yield(key, err) || err != nil {
					return
				}
			}
		}
	}
}

// keysOfAll yields the keys of all users.
func keysOfAll(ctx context.Context, engine *core.Engine) iter.Seq2[driver.AccessKey, error] {
	return flat(lookedUp(ctx, engine.ListUsers(ctx), func(ctx context.Context, user driver.User) ([]driver.AccessKey, error) {
		return collected(engine.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user.Name}))
	}))
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
	return row
}
