package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/auth"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

const usage = `usage: s3-credentials-conformance --plugin PATH [OPTIONS]

Run the conformance suite against a backend plugin, over the wire, on a real system. The credentials must be those of
somebody who may do everything there. Each check prints one line:

  pass         what the check says is true
  fail         it is not: below it stands what was expected and what came
  unsupported  the backend does not declare what the check is about, and says Unsupported as it must
  lied         the backend declares what it does not do, or does what it does not declare

A check in which the plugin crashes, hangs or talks nonsense has failed; the next one starts it anew. Everything that
the checks make has a name of its own and is removed again; what could not be removed is named at the end.

Exit codes: 0 all is right, 1 something is not, or is left behind, 2 wrong usage.

Every option can be set in the environment: S3_CREDENTIALS_CONFORMANCE_ENDPOINT_URL and so on.

`

// settings is what the options say.
type settings struct {
	plugin      string
	config      driver.Config
	credentials driver.Credentials
	auth        string
	timeout     time.Duration
	start       time.Duration
	settle      time.Duration
	namePrefix  string
	managed     string
	otherRegion string
	notEnforced string
	lacks       string
	format      string
	selected    string

	rules        map[conformance.Rule]string
	capabilities map[driver.Capability]string
	pattern      *regexp.Regexp
}

// flags defines the options.
func (s *settings) flags() *flag.FlagSet {
	f := flag.NewFlagSet("s3-credentials-conformance", flag.ContinueOnError)
	f.StringVar(&s.plugin, "plugin", "", "the plugin's program (required)")
	f.StringVar(&s.config.EndpointURL, "endpoint-url", "", "`URL` of the system to test on; empty for the backend's default")
	f.StringVar(&s.config.Region, "region", "", "region to work in")
	f.StringVar(&s.config.Profile, "profile", "", "profile of the system's own configuration files")
	f.StringVar(&s.auth, "auth", "", "JSON or INI `file` with the administrator's key, - for standard input")
	f.StringVar(&s.auth, "a", "", "the same as --auth")
	f.StringVar(&s.credentials.AccessKeyID, "access-key", "", "the administrator's access key id")
	f.StringVar(&s.credentials.SecretAccessKey, "secret-key", "", "the administrator's secret access key")
	f.StringVar(&s.credentials.SessionToken, "session-token", "", "the administrator's session token")
	f.DurationVar(&s.timeout, "timeout", 90*time.Second, "how long one check may take")
	f.DurationVar(&s.start, "start-timeout", host.DefaultStartTimeout, "how long the plugin may take to start; s3-credentials itself waits for the default")
	f.DurationVar(&s.settle, "settle", 30*time.Second, "how long the system may need until a change is in force")
	f.StringVar(&s.namePrefix, "name-prefix", "s3c", "what the name of everything begins with that is made")
	f.StringVar(&s.managed, "managed-policy", "", "`ARN` of a managed policy that is there; empty for the backend's own")
	f.StringVar(&s.otherRegion, "other-region", "", "region to create a bucket in; empty for --region")
	f.StringVar(&s.notEnforced, "not-enforced", "", "`rules` that the system does not enforce, with commas: all, or any of "+strings.Join(ruleNames(), ", "))
	f.StringVar(&s.lacks, "lacks", "", "`capabilities` that the backend declares but this system has not, with commas")
	f.StringVar(&s.format, "format", "table", "what to print: table, json or junit")
	f.StringVar(&s.selected, "run", "", "run only checks whose FAMILY/NAME matches this `regexp`")
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// parse reads the options. It prints the help to stdout where that is asked for.
func parse(args []string, stdin io.Reader, stdout io.Writer) (*settings, error) {
	s := &settings{}
	flags := s.flags()
	err := ff.Parse(flags, args, ff.WithEnvVarPrefix("S3_CREDENTIALS_CONFORMANCE"))
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, flag.ErrHelp
	}
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error parsing commandline args: "))
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	for _, check := range []func() error{
		s.checkPlugin, s.checkNumbers, s.checkFormat, s.checkRules, s.checkCapabilities, s.checkPattern,
		func() error { return s.readCredentials(stdin) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *settings) checkPlugin() (err error) {
	if s.plugin == "" {
		return errors.New("name the plugin's program with --plugin")
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
	case s.timeout <= 0 || s.settle <= 0 || s.start <= 0:
		return errors.New("--timeout, --settle and --start-timeout must be more than nothing")
	case !namePattern.MatchString(s.namePrefix):
		return fmt.Errorf("--name-prefix %q must be 2 to 16 small letters and digits, a letter first", s.namePrefix)
	}
	return nil
}

func (s *settings) checkFormat() error {
	if reporters[s.format] == nil {
		return fmt.Errorf("there is no format %q, use one of table, json, junit", s.format)
	}
	return nil
}

// allRules are the rules that a system may leave unenforced.
var allRules = []conformance.Rule{
	conformance.RuleAuthentication, conformance.RuleUserPolicies, conformance.RuleSessionPolicies,
	conformance.RulePrefixConditions, conformance.RuleBoundaries, conformance.RuleBucketPolicies,
	conformance.RuleSettingValues, conformance.RulePolicyDocuments, conformance.RuleBucketNames, conformance.RuleReplacement,
}

// ruleName is a rule as it is typed: without spaces.
func ruleName(r conformance.Rule) string { return strings.ReplaceAll(string(r), " ", "-") }

func ruleNames() []string {
	var names []string
	for _, r := range allRules {
		names = append(names, ruleName(r))
	}
	return names
}

func (s *settings) checkRules() error {
	s.rules = map[conformance.Rule]string{}
	for _, name := range list(s.notEnforced) {
		at := slices.IndexFunc(allRules, func(r conformance.Rule) bool { return ruleName(r) == strings.ReplaceAll(name, " ", "-") })
		switch {
		case name == "all":
			for _, r := range allRules {
				s.rules[r] = "--not-enforced says so"
			}
		case at < 0:
			return fmt.Errorf("there is no rule %q, use all, or any of %s", name, strings.Join(ruleNames(), ", "))
		default:
			s.rules[allRules[at]] = "--not-enforced says so"
		}
	}
	return nil
}

func (s *settings) checkCapabilities() error {
	s.capabilities = map[driver.Capability]string{}
	for _, name := range list(s.lacks) {
		if !slices.Contains(driver.AllCapabilities(), driver.Capability(name)) {
			return fmt.Errorf("there is no capability %q", name)
		}
		s.capabilities[driver.Capability(name)] = "--lacks says so"
	}
	return nil
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
		return fmt.Errorf("no check's FAMILY/NAME matches --run %q", s.selected)
	}
	return nil
}

// checks are those that --run selects.
func (s *settings) checks() []conformance.Check {
	return slices.DeleteFunc(conformance.Checks(), func(c conformance.Check) bool {
		return !s.pattern.MatchString(c.Family + "/" + c.Name)
	})
}

// readCredentials takes the key from --auth or from the options; without either, the backend finds its own.
func (s *settings) readCredentials(stdin io.Reader) error {
	given := s.credentials != driver.Credentials{}
	switch {
	case s.auth != "" && given:
		return errors.New("--auth cannot be used with --access-key, --secret-key or --session-token")
	case given && (s.credentials.AccessKeyID == "" || s.credentials.SecretAccessKey == ""):
		return errors.New("--access-key and --secret-key must be given together")
	case given:
		s.config.Credentials = &s.credentials
	case s.auth == "-":
		return s.parseAuth(io.ReadAll(stdin))
	case s.auth != "":
		return s.parseAuth(os.ReadFile(s.auth))
	}
	return nil
}

func (s *settings) parseAuth(content []byte, err error) error {
	if err != nil {
		return fmt.Errorf("the file that --auth names cannot be read: %w", err)
	}
	s.config.Credentials, err = auth.Parse(content, s.auth)
	return err
}

// harness is what the suite must know.
func (s *settings) harness(open driver.Opener) conformance.Harness {
	return conformance.Harness{
		Open: open, Config: s.config, Lacks: s.capabilities, NotEnforced: s.rules,
		ManagedPolicy: s.managed, OtherRegion: s.otherRegion,
		Prefix: s.namePrefix, ConsistencyTimeout: s.settle, CheckTimeout: s.timeout,
	}
}
