package main

import (
	"context"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var userColumns = []string{"UserName", "UserId", "Arn", "Path", "CreateDate", "PasswordLastUsed", "PermissionsBoundary", "Tags"}

// mineColumns are those that --mine adds.
var mineColumns = []string{"MadeBy", "MadeAt", "MadeWith", "Until"}

// usersLister is list-users with its options.
type usersLister struct {
	mine, byName bool
	list         listing
}

func newListUsers() *cli.Command {
	l := &usersLister{list: listing{shown: []string{"UserName", "CreateDate", "PasswordLastUsed", "Arn"}}}
	return &cli.Command{
		Name:    "list-users",
		Summary: "List all users for this account",
		Needs:   []driver.Capability{driver.CapUsers},
		Long: "A user whose keys do not work until somebody enables it again has the Status \"Disabled\", where the listing of the system says so (MinIO; on Ceph, see list-keys).\n\n" +
			"What --mine shows is in tags, which create sets: those of the user, or, where users have none (MinIO), those of the key that was made with " +
			"the user, or, where nothing has tags (Ceph), in the Id of the user's policies; Until is when the access really ends, by the user's policies or keys, and is not there if it does not, or these credentials may not see it. If that key is deleted, a user that was made with --expires is still shown, and another is not. One that --by-name adds has none of it.",
		Examples: []cli.Example{
			{Purpose: "To list all users as JSON", Line: "s3-credentials list-users"},
			{Purpose: "Add --csv or --tsv for CSV or TSV format", Line: "s3-credentials list-users --csv"},
			{Purpose: "To read it yourself, in a terminal", Line: "s3-credentials list-users --table"},
			{Purpose: "To see which users this program made, and who made them", Line: "s3-credentials list-users --mine --table"},
		},
		Options: append([]cli.Option{
			cli.Flag(&l.mine, "mine", "Only users that this program made, with who made them (MadeBy), when (MadeAt), with which version "+
				"(MadeWith), and until when they have access (Until)"),
			cli.Flag(&l.byName, "by-name", byNameHelp),
		}, l.list.options()...),
		Check: l.check,
		Run:   l.run,
	}
}

const byNameHelp = "Count users of earlier versions and of the Python tool too, which only their names tell, such as s3.read-only.my-bucket"

func (l *usersLister) check([]string) error {
	if l.byName && !l.mine {
		return cli.Usagef("--by-name says which users --mine shows: it needs --mine.")
	}
	return l.list.check(nil)
}

func (l *usersLister) run(ctx context.Context, env *cli.Env, _ []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	if !l.mine {
		return printRows(env, &l.list, userColumns, engine.ListUsers(ctx), asRow(userRow))
	}
	if err := engine.CheckMine(l.byName); err != nil {
		return err
	}
	l.list.shown = append([]string{"UserName"}, mineColumns...)
	return printRows(env, &l.list, slices.Concat(userColumns, mineColumns), ourUsers(ctx, engine, l.byName), asRow(ourUserRow))
}

// ourUser is a user that this program made.
type ourUser struct {
	driver.User
	core.Origin
}

// ourUsers yields the users that this program made.
func ourUsers(ctx context.Context, engine *core.Engine, byName bool) iter.Seq2[ourUser, error] {
	return lookedUp(ctx, engine.ListUsers(ctx), func(ctx context.Context, user driver.User) (ourUser, error) {
		origin, ours, err := engine.Mine(ctx, user.Name, byName)
		if err == nil && !ours {
			err = errNotListed
		}
		if err == nil {
			// Tags say what was asked for when the user was made, which may have changed.
			origin.Until, err = endOf(ctx, engine, user.Name)
		}
		return ourUser{user, origin}, err
	})
}

func ourUserRow(u ourUser) orderedjson.Object {
	row := userRow(u.User)
	row.AddText("MadeBy", u.By)
	row.AddTime("MadeAt", u.At)
	row.AddText("MadeWith", u.Version)
	row.AddTime("Until", u.Until)
	return row
}

// userRow has the members in IAM's order.
func userRow(u driver.User) orderedjson.Object {
	var row orderedjson.Object
	row.AddText("Path", u.Path)
	row.AddText("UserName", u.Name)
	row.AddText("UserId", u.ID)
	row.AddText("Arn", u.ARN)
	row.AddTime("CreateDate", u.Created)
	row.AddTime("PasswordLastUsed", u.PasswordLastUsed)
	addBoundary(&row, u.PermissionsBoundary)
	addTags(&row, u.Tags)
	if u.Disabled {
		row.Add("Status", "Disabled")
	}
	return row
}

func addBoundary(row *orderedjson.Object, arn string) {
	if arn == "" {
		return
	}
	row.Add("PermissionsBoundary", orderedjson.Object{
		{Name: "PermissionsBoundaryType", Value: "Policy"},
		{Name: "PermissionsBoundaryArn", Value: arn},
	})
}

func addTags(row *orderedjson.Object, tags []driver.Tag) {
	if len(tags) > 0 {
		row.Add("Tags", tagValues(tags))
	}
}

func tagValues(tags []driver.Tag) []orderedjson.Value {
	list := make([]orderedjson.Value, len(tags))
	for i, t := range tags {
		list[i] = orderedjson.Object{{Name: "Key", Value: t.Key}, {Name: "Value", Value: t.Value}}
	}
	return list
}
