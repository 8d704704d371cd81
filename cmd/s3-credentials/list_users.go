package main

import (
	"context"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var userColumns = []string{"UserName", "UserId", "Arn", "Path", "CreateDate", "PasswordLastUsed", "PermissionsBoundary", "Tags"}

func newListUsers() *cli.Command {
	list := listing{shown: []string{"UserName", "CreateDate", "PasswordLastUsed", "Arn"}}
	return &cli.Command{
		Name:    "list-users",
		Summary: "List all users for this account",
		Needs:   []driver.Capability{driver.CapUsers},
		Examples: []cli.Example{
			{Purpose: "To list all users as JSON", Line: "s3-credentials list-users"},
			{Purpose: "Add --csv or --tsv for CSV or TSV format", Line: "s3-credentials list-users --csv"},
			{Purpose: "To read it yourself, in a terminal", Line: "s3-credentials list-users --table"},
		},
		Options: list.options(),
		Check:   list.check,
		Run: func(ctx context.Context, env *cli.Env, _ []string) error {
			engine, err := connect.Engine(env)
			if err != nil {
				return err
			}
			return printRows(env, &list, userColumns, engine.ListUsers(ctx), asRow(userRow))
		},
	}
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
