package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/auth"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// settings are the values of the options, and what they stand for.
type settings struct {
	plugin, backend    string
	config             driver.Config
	key                auth.Options
	timeout            time.Duration
	total              time.Duration
	start              time.Duration
	settle             time.Duration
	namePrefix         string
	managed            string
	otherRegion        string
	group, groupMember string
	preset             string
	notEnforced        string
	lacks              string
	format             string
	selected           string
	list               bool
	failFast           bool
	quick              bool

	// known is what the preset and the options say of the system.
	known   conformance.Harness
	pattern *regexp.Regexp
}

// newSettings returns the defaults.
func newSettings() *settings {
	return &settings{
		timeout: 90 * time.Second, total: 30 * time.Minute, start: host.DefaultStartTimeout, settle: 30 * time.Second, namePrefix: "s3c", format: formats[0],
	}
}

// options defines the options.
func (s *settings) options() []cli.Option {
	key, file := s.key.Options()
	all := append([]cli.Option{
		cli.Text(&s.plugin, "plugin", "The plugin's program; of one that "+host.EnvReattach+" names, its name will do").Showing("PATH"),
		cli.Text(&s.backend, "backend", "Which backend of the plugin to test, where its program serves several; default is that of the program's name"),
		cli.Text(&s.config.EndpointURL, "endpoint-url", "URL of the system to test on; empty for the backend's default").Showing("URL").OrEmpty(),
		cli.Text(&s.config.Region, "region", "Region to work in"),
		cli.Text(&s.config.Profile, "profile", "Profile of the system's own configuration files"),
		file,
	}, key...)
	all = append(all,
		cli.Choice(&s.preset, "preset", "A system whose gaps are known: sets what it lacks, what it does not enforce and what is there", presetNames()...),
		duration(&s.timeout, "timeout", "How long one check may take"),
		duration(&s.total, "total-timeout", "How long all checks may take; removing what they made is not counted"),
		duration(&s.start, "start-timeout", "How long the plugin may take to start; s3-credentials itself waits for the default"),
		duration(&s.settle, "settle", "How long the system may need until a change is in force"),
		cli.Text(&s.namePrefix, "name-prefix", "What the name of everything begins with that is made (default: s3c)"),
		cli.Text(&s.managed, "managed-policy", "A managed policy that is there; empty for the backend's own").Showing("ARN").OrEmpty(),
		cli.Text(&s.otherRegion, "other-region", "Region to create a bucket in; empty for --region").OrEmpty(),
		cli.Text(&s.group, "group", "A group that is there and has policies; empty for none").Showing("NAME").OrEmpty(),
		cli.Text(&s.groupMember, "group-member", "A user in the group").Showing("USERNAME"),
		cli.Text(&s.notEnforced, "not-enforced", "Rules that the system does not enforce, with commas: all, or any of "+strings.Join(ruleNames(), ", ")).Showing("RULES").OrEmpty(),
		cli.Text(&s.lacks, "lacks", "Capabilities that the backend declares but this system has not, with commas").Showing("CAPABILITIES").OrEmpty(),
		cli.Choice(&s.format, "format", "What to print (default: table)", formats...),
		cli.Flag(&s.quick, "quick", "Leave out the checks that make hundreds of users or objects"),
		cli.Text(&s.selected, "run", "Run only checks whose FAMILY/NAME matches this regular expression").Showing("REGEXP"),
	)
	for i := range all {
		all[i] = all[i].FromConfig()
	}
	return append(all,
		cli.Flag(&s.failFast, "fail-fast", "End with the first check that does not pass"),
		cli.Flag(&s.list, "list", "Run nothing: list the checks, and the capabilities and rules that each needs"),
	)
}

func presetNames() []string {
	var names []string
	for _, p := range conformance.Presets() {
		names = append(names, string(p))
	}
	return names
}

// duration is an option such as 90s. *p holds the default.
func duration(p *time.Duration, name, help string) cli.Option {
	return cli.Parsed(p, name, "DURATION", fmt.Sprintf("%s (default: %s)", help, *p), time.ParseDuration)
}

// check refuses what cannot be right, and works out what the options stand for.
func (s *settings) check() error {
	s.known = conformance.Preset(s.preset).Harness()
	for _, check := range []func() error{s.checkPlugin, s.checkNumbers, s.checkRules, s.checkCapabilities, s.checkPattern, s.checkList} {
		if err := check(); err != nil {
			return cli.Usagef("%v", err)
		}
	}
	return nil
}

func (s *settings) checkPlugin() (err error) {
	switch {
	case s.plugin == "" && s.list:
		return nil
	case s.plugin == "":
		return cli.Usagef("Missing option '--plugin'.")
	case os.Getenv(host.EnvReattach) != "":
		return nil // it may run already, wherever its file is
	}
	if info, err := os.Stat(s.plugin); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("there is no plugin %s", s.plugin)
	}
	s.plugin, err = filepath.Abs(s.plugin)
	return err
}

// namePattern is what all systems accept at the beginning of a name.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9]{1,15}$`)

func (s *settings) checkNumbers() error {
	switch {
	case min(s.timeout, s.total, s.settle, s.start) <= 0:
		return errors.New("--timeout, --total-timeout, --settle and --start-timeout must be more than nothing")
	case !namePattern.MatchString(s.namePrefix):
		return fmt.Errorf("--name-prefix %q must be 2 to 16 small letters and digits, a letter first", s.namePrefix)
	}
	return nil
}

// ruleName is a rule as it is typed: without spaces.
func ruleName(r conformance.Rule) string { return strings.ReplaceAll(string(r), " ", "-") }

func ruleNames() []string {
	var names []string
	for _, r := range conformance.Rules() {
		names = append(names, ruleName(r))
	}
	return names
}

func (s *settings) checkRules() error {
	rules := conformance.Rules()
	s.known.NotEnforced = orEmpty(s.known.NotEnforced)
	for _, name := range list(s.notEnforced) {
		at := slices.IndexFunc(rules, func(r conformance.Rule) bool { return ruleName(r) == strings.ReplaceAll(name, " ", "-") })
		switch {
		case name == "all":
			for _, r := range conformance.Rules() {
				s.known.NotEnforced[r] = "--not-enforced says so"
			}
		case at < 0:
			return fmt.Errorf("there is no rule %q, use all, or any of %s", name, strings.Join(ruleNames(), ", "))
		default:
			s.known.NotEnforced[rules[at]] = "--not-enforced says so"
		}
	}
	return nil
}

func (s *settings) checkCapabilities() error {
	s.known.Lacks = orEmpty(s.known.Lacks)
	for _, name := range list(s.lacks) {
		if !slices.Contains(driver.AllCapabilities(), driver.Capability(name)) {
			return fmt.Errorf("there is no capability %q", name)
		}
		s.known.Lacks[driver.Capability(name)] = "--lacks says so"
	}
	return nil
}

// orEmpty returns a map that can be written to.
func orEmpty[K comparable](m map[K]string) map[K]string {
	if m == nil {
		return map[K]string{}
	}
	return m
}

// list splits at commas.
func list(text string) []string {
	var all []string
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (s *settings) checkPattern() (err error) {
	if s.pattern, err = regexp.Compile(s.selected); err != nil {
		return fmt.Errorf("--run %q is no regular expression", s.selected)
	}
	if len(s.checks()) == 0 {
		return fmt.Errorf("--run %q selects no check; --list names them all", s.selected)
	}
	return nil
}

// checks are those that --run and --quick select.
func (s *settings) checks() []conformance.Check {
	return slices.DeleteFunc(conformance.Checks(), func(c conformance.Check) bool {
		return s.quick && c.Slow || !s.pattern.MatchString(c.Family+"/"+c.Name)
	})
}

// checkList refuses a list in a format that is for results.
func (s *settings) checkList() error {
	if s.list && s.format == "junit" {
		return errors.New("--list has no --format junit: use table or json")
	}
	return nil
}

// harness is what the suite must know.
func (s *settings) harness(plugin *host.Supervisor) conformance.Harness {
	h := s.known
	h.Open, h.Process, h.Config = plugin.Open, plugin, s.config
	h.ManagedPolicy, h.OtherRegion = cmp.Or(s.managed, h.ManagedPolicy), cmp.Or(s.otherRegion, h.OtherRegion)
	h.Group, h.GroupMember = cmp.Or(s.group, h.Group), cmp.Or(s.groupMember, h.GroupMember)
	h.Prefix, h.ConsistencyTimeout, h.CheckTimeout = s.namePrefix, s.settle, s.timeout
	return h
}

// excepted are the capabilities and rules that the system is said not to have, sorted.
func (s *settings) excepted() []string {
	var all []string
	for c := range s.known.Lacks {
		all = append(all, string(c))
	}
	for r := range s.known.NotEnforced {
		all = append(all, ruleName(r))
	}
	slices.Sort(all)
	return all
}
