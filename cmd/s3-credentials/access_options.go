package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// accessOptions select the permitted access: the options that policy, create and localserver share.
type accessOptions struct {
	// grants are what arguments and options say together, once check has run.
	grants []policy.Grant
	// kinds says for each kind except the default whether its option is given.
	kinds      []bool
	prefixes   []string
	statements statementList
}

// grantForm is how an argument may say more than a bucket.
const grantForm = "Each bucket may say its own prefix and access, as in my-bucket/logs/:read-only: an access is read-write, read-only or write-only " +
	"(rw, ro, wo), or list, read, write and delete joined by +. What a bucket does not say, the options say for it."

// accessHeading is the heading of options that say which access.
const accessHeading = "Access"

// options returns an option for each kind of access except the default, and those that all kinds share.
func (a *accessOptions) options() []cli.Option {
	others := policy.Kinds()[1:]
	a.kinds = make([]bool, len(others))
	var options []cli.Option
	for i, k := range others {
		options = append(options, cli.Flag(&a.kinds[i], k.Name, k.Summary))
	}
	statement := cli.Parsed(&a.statements, "statement", "STATEMENT", "JSON statement to add to the policy", a.statements.with)
	statement.Repeated = true
	return cli.Under(accessHeading, append(options,
		cli.Texts(&a.prefixes, "prefix", "Restrict to this folder of keys, or to all keys starting with it if it ends with *; may be repeated"), statement)...)
}

// kindOptions spells the options for kinds of access.
func kindOptions() []string {
	var spelled []string
	for _, k := range policy.Kinds()[1:] {
		spelled = append(spelled, "--"+k.Name)
	}
	return spelled
}

// given reports whether an option for a kind of access is given.
func (a *accessOptions) given() bool { return slices.Contains(a.kinds, true) }

// said reports whether any of the options is given.
func (a *accessOptions) said() bool { return a.given() || len(a.prefixes) > 0 || len(a.statements) > 0 }

// check sets the grants, and refuses more than one kind.
func (a *accessOptions) check(buckets []string) error {
	access, err := a.selected()
	if err != nil {
		return err
	}
	a.grants = nil
	for _, argument := range buckets {
		g, err := policy.ParseGrant(argument)
		if err != nil {
			return err
		}
		if err := checkBucket(g.Bucket); err != nil {
			return err
		}
		g.Access = cmp.Or(g.Access, access)
		if g.Prefix != "" || len(a.prefixes) == 0 {
			a.grants = append(a.grants, g)
			continue
		}
		for _, g.Prefix = range a.prefixes {
			a.grants = append(a.grants, g)
		}
	}
	return nil
}

// selected is the access of buckets that say none.
func (a *accessOptions) selected() (policy.Access, error) {
	access, first := policy.Kinds()[0].Access, ""
	for i, k := range policy.Kinds()[1:] {
		switch {
		case !a.kinds[i]:
		case first != "":
			return 0, cli.Failure("Cannot use --" + first + " and --" + k.Name + " at the same time")
		default:
			first, access = k.Name, k.Access
		}
	}
	return access, nil
}

// buckets are those of the grants, each once.
func (a *accessOptions) buckets() []string {
	var names []string
	for _, g := range a.grants {
		if !slices.Contains(names, g.Bucket) {
			names = append(names, g.Bucket)
		}
	}
	return names
}

// statementList holds the values of the repeated option --statement.
type statementList []policy.Statement

// with returns the list with the statement, parsed from JSON, appended.
func (l *statementList) with(text string) (statementList, error) {
	var members map[string]json.RawMessage
	switch {
	case !json.Valid([]byte(text)):
		return nil, errors.New("Invalid JSON string") //nolint:staticcheck // the Python tool's words
	case json.Unmarshal([]byte(text), &members) != nil || members == nil:
		return nil, errors.New("JSON must be an object") //nolint:staticcheck
	}
	var missing []string
	for _, name := range []string{"Action", "Effect", "Resource"} {
		if _, has := members[name]; !has {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, errors.New("Statement JSON missing required keys: " + strings.Join(missing, ", ")) //nolint:staticcheck
	}
	statement, err := policy.ParseStatement([]byte(text))
	return append(slices.Clone(*l), statement), err
}

// policyParser parses --policy: literal JSON, the name of a JSON file, or "-".
func policyParser(stdin *cli.Input) func(string) (string, error) {
	return func(text string) (string, error) {
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			if !json.Valid([]byte(text)) {
				return "", errors.New("Invalid JSON string") //nolint:staticcheck
			}
			return text, nil
		}
		content, err := stdin.ReadFile(text, "--policy")
		var pathErr *fs.PathError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", errors.New("File not found") //nolint:staticcheck
		case errors.As(err, &pathErr):
			return "", errors.New("'" + text + "': " + pathErr.Err.Error())
		case err != nil:
			return "", err
		case json.Valid(content):
			return string(content), nil
		case text == "-":
			return "", errors.New("Input contained invalid JSON") //nolint:staticcheck
		}
		return "", errors.New("File contained invalid JSON") //nolint:staticcheck
	}
}
