package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// accessOptions select the permitted access: the options that policy, create and localserver share.
type accessOptions struct {
	// access is the selected access, once check has run.
	access policy.Access
	// kinds says for each kind except the default whether its option is given.
	kinds      []bool
	prefix     string
	statements statementList
}

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
	return append(options, cli.Text(&a.prefix, "prefix", "Restrict to this folder of keys, or to all keys starting with it if it ends with *"), statement)
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

// check sets access, and refuses more than one kind.
func (a *accessOptions) check() error {
	a.access = policy.Kinds()[0].Access
	first := ""
	for i, k := range policy.Kinds()[1:] {
		switch {
		case !a.kinds[i]:
		case first != "":
			return cli.Failure("Cannot use --" + first + " and --" + k.Name + " at the same time")
		default:
			first, a.access = k.Name, k.Access
		}
	}
	return nil
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

var durationPattern = regexp.MustCompile(`^([0-9]+)(m|h|s)?$`)

// parseDuration returns the seconds that 900, 900s, 15m or 1h stand for.
func parseDuration(text string) (int, error) {
	match := durationPattern.FindStringSubmatch(text)
	if match == nil {
		return 0, errors.New("Duration must be of form 3600s or 15m or 2h") //nolint:staticcheck
	}
	seconds, err := strconv.Atoi(match[1])
	factor := map[string]int{"m": 60, "h": 60 * 60}[match[2]]
	if err == nil && factor > 0 && seconds <= 12*60*60 {
		seconds *= factor
	}
	if err != nil || seconds < 15*60 || seconds > 12*60*60 {
		return 0, errors.New("Duration must be between 15 minutes and 12 hours") //nolint:staticcheck
	}
	return seconds, nil
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
