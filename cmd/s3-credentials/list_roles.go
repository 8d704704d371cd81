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

var (
	roleColumns = []string{
		"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument", "Description",
		"MaxSessionDuration", "PermissionsBoundary", "Tags", "RoleLastUsed",
	}
	roleDetailColumns = []string{"inline_policies", "attached_policies"}
)

// roleLister is list-roles with its options.
type roleLister struct {
	list    listing
	details bool
}

func newListRoles() *cli.Command {
	l := &roleLister{list: listing{shown: []string{"RoleName", "CreateDate", "Description", "Arn"}}}
	return &cli.Command{
		Name:    "list-roles",
		Summary: "List roles",
		Needs:   []driver.Capability{driver.CapRoles},
		Examples: []cli.Example{
			{Purpose: "To list all roles for this account", Line: "s3-credentials list-roles"},
			{Purpose: "Add --csv or --tsv for CSV or TSV format", Line: "s3-credentials list-roles --csv"},
			{Purpose: "To read it yourself, in a terminal", Line: "s3-credentials list-roles --table"},
			{Purpose: "For each role's policies as well (slower) add --details", Line: "s3-credentials list-roles --details"},
		},
		Args: []cli.Arg{{Name: "ROLE_NAMES", Repeated: true, Complete: cli.CompleteRole}},
		Options: append([]cli.Option{
			cli.Flag(&l.details, "details", "Include inline and attached policies (slower)").
				Needing(driver.CapPolicyInline, driver.CapPolicyManaged),
		}, l.list.options()...),
		Check: l.list.check,
		Run:   l.run,
	}
}

func (l *roleLister) run(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	roles := matching(engine.ListRoles(ctx), func(r driver.Role) bool {
		return len(names) == 0 || slices.Contains(names, r.Name)
	})
	if !l.details {
		return printRows(env, &l.list, roleColumns, roles, roleRow)
	}
	detailed := lookedUp(ctx, roles, func(ctx context.Context, r driver.Role) (orderedjson.Object, error) {
		return roleDetails(ctx, engine, r)
	})
	columns := append(slices.Clone(roleColumns), roleDetailColumns...)
	l.list.shown = append([]string{"RoleName", "CreateDate"}, roleDetailColumns...)
	return printRows(env, &l.list, columns, detailed, asIs)
}

// matching yields the wanted items.
func matching[T any](items iter.Seq2[T, error], wanted func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if (err != nil || wanted(item)) && !yield(item, err) {
				return
			}
		}
	}
}

// roleRow has the members in IAM's order.
func roleRow(r driver.Role) (orderedjson.Object, error) {
	var row orderedjson.Object
	row.AddText("Path", r.Path)
	row.AddText("RoleName", r.Name)
	row.AddText("RoleId", r.ID)
	row.AddText("Arn", r.ARN)
	row.AddTime("CreateDate", r.Created)
	if err := addDocument(&row, "AssumeRolePolicyDocument", r.TrustPolicy); err != nil {
		return nil, err
	}
	row.AddText("Description", r.Description)
	if r.MaxSessionSeconds > 0 {
		row.Add("MaxSessionDuration", r.MaxSessionSeconds)
	}
	addBoundary(&row, r.PermissionsBoundary)
	addTags(&row, r.Tags)
	if r.LastUsed != nil {
		used := orderedjson.Object{}
		used.AddTime("LastUsedDate", r.LastUsed.Date)
		used.AddText("Region", r.LastUsed.Region)
		row.Add("RoleLastUsed", used)
	}
	return row, nil
}

// addDocument adds a policy document as an object and keeps the order of its members.
func addDocument(row *orderedjson.Object, name, document string) error {
	if document == "" {
		return nil
	}
	v, err := orderedjson.Parse([]byte(document))
	if err == nil {
		row.Add(name, v)
	}
	return err
}

// roleDetails adds the role's policies, with their documents.
func roleDetails(ctx context.Context, engine *core.Engine, r driver.Role) (orderedjson.Object, error) {
	row, err := roleRow(r)
	if err != nil {
		return nil, err
	}
	principal := driver.RolePrincipal(r.Name)
	names := engine.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: principal})
	inline, err := collectValues(lookedUp(ctx, names, func(ctx context.Context, name string) (orderedjson.Object, error) {
		return inlinePolicy(ctx, engine, principal, name)
	}))
	if err != nil {
		return nil, err
	}
	attached := engine.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: principal})
	managed, err := collectValues(lookedUp(ctx, attached, func(ctx context.Context, a driver.AttachedPolicy) (orderedjson.Object, error) {
		return managedPolicy(ctx, engine, a.ARN)
	}))
	row.Add("inline_policies", inline)
	row.Add("attached_policies", managed)
	return row, err
}

func collectValues(items iter.Seq2[orderedjson.Object, error]) ([]orderedjson.Value, error) {
	all := []orderedjson.Value{}
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

// inlinePolicy returns a role's inline policy in the form of IAM's GetRolePolicy.
func inlinePolicy(ctx context.Context, engine *core.Engine, principal driver.Principal, name string) (orderedjson.Object, error) {
	p, err := engine.GetPolicy(ctx, driver.GetPolicyRequest{Principal: principal, Name: name})
	if err != nil {
		return nil, err
	}
	row := orderedjson.Object{{Name: "RoleName", Value: principal.Name}, {Name: "PolicyName", Value: p.Name}}
	err = addDocument(&row, "PolicyDocument", p.Document)
	return row, err
}

// managedPolicy returns a managed policy with its default version in IAM's form.
func managedPolicy(ctx context.Context, engine *core.Engine, arn string) (orderedjson.Object, error) {
	p, err := engine.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: arn})
	if err != nil {
		return nil, err
	}
	var row orderedjson.Object
	row.AddText("PolicyName", p.Name)
	row.AddText("PolicyId", p.ID)
	row.AddText("Arn", p.ARN)
	row.AddText("Path", p.Path)
	row.AddText("DefaultVersionId", p.DefaultVersionID)
	row.Add("AttachmentCount", p.AttachmentCount)
	if p.PermissionsBoundaryUsageCount != nil {
		row.Add("PermissionsBoundaryUsageCount", *p.PermissionsBoundaryUsageCount)
	}
	row.Add("IsAttachable", p.IsAttachable)
	row.AddText("Description", p.Description)
	row.AddTime("CreateDate", p.Created)
	row.AddTime("UpdateDate", p.Updated)
	row.Add("Tags", tagValues(p.Tags)) // IAM includes an empty list here
	var version orderedjson.Object
	err = addDocument(&version, "Document", p.Version.Document)
	version.AddText("VersionId", p.Version.VersionID)
	version.Add("IsDefaultVersion", p.Version.IsDefaultVersion)
	version.AddTime("CreateDate", p.Version.Created)
	row.Add("PolicyVersion", version)
	return row, err
}
