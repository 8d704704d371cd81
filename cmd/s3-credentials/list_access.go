package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var accessColumns = []string{"User", "Bucket", "Prefix", "Access", "Actions", "When", "Unless", "Through", "Unknown"}

// accessLister is list-access with its options.
type accessLister struct {
	list   listing
	wanted core.AccessOptions
	matrix bool
}

func newListAccess() *cli.Command {
	l := &accessLister{list: listing{shown: []string{"User", "Bucket", "Prefix", "Access", "Through", "When", "Unless", "Actions", "Unknown"}}}
	return &cli.Command{
		Name:    "list-access",
		Summary: "List who can reach what, and through which policy",
		Needs:   []driver.Capability{driver.CapUsers},
		Long: "Prints a row for each policy that lets somebody do something in a bucket: the user's own policies, attached ones, those of its groups, " +
			"within its permissions boundary, and the policies and access control lists of buckets. What any policy denies is denied. Whether a user has keys, " +
			"and whether they work, is not looked at: see list-keys.\n\n" +
			"The user \"everybody\" is every caller, with a key or without: what everybody may do is not said again of each user. A user of that name is " +
			"\"user everybody\" in a table and in CSV, and has \"NamedUser\": true in JSON. A user that " +
			"this account does not have is one that a bucket's policy names, as it is written there. Of two rows through the same policy, the one whose " +
			"Prefix names a key more closely holds for that key; a Prefix of * is all keys, and the bucket itself. When and Unless are conditions. Where " +
			"something could not be read, Access is unknown, and Unknown says why.\n\n" +
			"With --table --matrix, users are down and buckets across, all of them, however wide that is. In a cell stands rw for read-write, ro for read-only, wo for " +
			"write-only, or what it is of list, read, write and delete; + alone for other actions, - for nothing. Behind it stands / where it is not the same " +
			"under all prefixes, * where some of it depends on a condition, ? where something is unknown.\n\n" +
			"Roles, and sessions with policies of their own, are no users: only what bucket policies give them is shown. A block of public access of the whole " +
			"account is not looked at. Buckets that these credentials do not list have no rows, unless --bucket names them.",
		Examples: []cli.Example{
			{Purpose: "To see who can reach a bucket", Line: "s3-credentials list-access --bucket my-bucket --table"},
			{Purpose: "To see what a user can reach", Line: "s3-credentials list-access --user username"},
			{Purpose: "To see everything at a glance", Line: "s3-credentials list-access --table --matrix"},
		},
		Options: append([]cli.Option{
			cli.Texts(&l.wanted.Buckets, "bucket", "Only this bucket; may be repeated").Completing(cli.CompleteBucket),
			cli.Texts(&l.wanted.Users, "user", "Only this user, and everybody; may be repeated").Showing("USERNAME").Completing(cli.CompleteUser),
			cli.Flag(&l.matrix, "matrix", "With --table: users down, buckets across, all of them"),
		}, l.list.options()...),
		Check: l.check,
		Run:   l.run,
	}
}

func (l *accessLister) check([]string) error {
	if l.matrix && l.list.format().Name != "table" {
		return cli.Usagef("--matrix is for --table.")
	}
	return l.list.check(nil)
}

func (l *accessLister) run(ctx context.Context, env *cli.Env, _ []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	l.wanted.Buckets, l.wanted.Users = once(l.wanted.Buckets), once(l.wanted.Users)
	if l.matrix {
		return l.printMatrix(ctx, env, engine)
	}
	words := l.list.format().Name == "table"
	flat := words || l.list.format().Name == "csv" || l.list.format().Name == "tsv"
	return printRows(env, &l.list, accessColumns, engine.ListAccess(ctx, l.wanted), asRow(func(r core.AccessRow) orderedjson.Object {
		return accessRow(r, words, flat)
	}))
}

// namedUser is a user as a line shows it: one whose name is that of everybody is marked.
func namedUser(r core.AccessRow) string {
	if r.User == core.Everybody && !r.Anyone {
		return "user " + r.User
	}
	return r.User
}

// accessRow is a row as a listing prints it. In a table, conditions are words; where rows are flat, they have no members of their own.
func accessRow(r core.AccessRow, words, flat bool) orderedjson.Object {
	row := orderedjson.Object{{Name: "User", Value: r.User}}
	if name := namedUser(r); flat {
		row[0].Value = name
	} else if name != r.User {
		row.Add("NamedUser", true)
	}
	if r.Unknown != "" {
		row.AddText("Bucket", r.Bucket)
		row.Add("Access", "unknown")
		row.AddText("Unknown", r.Unknown)
		return row
	}
	row = append(row, explainedRow(r.Row, words)...)
	row.AddText("Through", r.Through)
	return row
}
