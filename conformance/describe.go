package conformance

import (
	"context"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func describeChecks() []Check {
	return []Check{
		{Name: "describe says what the backend is", run: describesWhatItIs},
		{Name: "describe needs no credentials and no server", run: describesAlone},
		{Name: "capabilities are known, sorted and declared once", run: describesCapabilities},
		{Name: "name rules are expressions and fit together", run: describesNames},
		{Name: "limits fit together", run: describesLimits},
		{Name: "guards are statements that deny", run: describesGuards},
		{Name: "templates are there exactly for what is declared", run: describesTemplates},
		{Name: "closing a driver changes nothing for another", run: closesAlone},
		{Name: "open refuses an endpoint that is no URL", run: openRefuses},
	}
}

// describesTheSame is called after every check.
func (e *env) describesTheSame() {
	e.Helper()
	d, err := e.Driver.Describe(context.WithoutCancel(e.ctx))
	e.failed("Describe", err)
	if err != nil {
		e.Errorf("Describe: %v", err)
	} else if !reflect.DeepEqual(d, e.Description) {
		e.Errorf("Describe returned\n%+v\nand before that\n%+v", d, e.Description)
	}
}

func describesWhatItIs(e *env) {
	if e.Description.Name == "" || e.Description.Version == "" || e.Description.Partition == "" {
		e.Errorf("name, version and partition must not be empty: %+v", e.Description)
	}
	if strings.HasSuffix(e.Description.EndpointURL, "/") {
		e.Errorf("EndpointURL %q ends in a slash", e.Description.EndpointURL)
	}
}

// nobody is an endpoint where no server listens: port 1 of this machine.
const nobody = "http://127.0.0.1:1"

func describesAlone(e *env) {
	d, err := e.open(driver.Config{EndpointURL: nobody, Region: e.Harness.Config.Region}).Describe(e.ctx)
	e.ok(err, "Describe without credentials")
	if !slices.Equal(d.Capabilities, e.Description.Capabilities) {
		e.Errorf("capabilities without a server are %v, else %v", d.Capabilities, e.Description.Capabilities)
	}
}

func describesCapabilities(e *env) {
	have := e.Description.Capabilities
	if !slices.IsSorted(have) {
		e.Errorf("not sorted: %v", have)
	}
	if len(slices.Compact(slices.Clone(have))) != len(have) {
		e.Errorf("repeated: %v", have)
	}
	for _, c := range have {
		if !slices.Contains(driver.AllCapabilities(), c) {
			e.Errorf("%s is no capability", c)
		}
	}
}

func describesNames(e *env) {
	names := e.Description.Names
	for kind, rule := range map[string]driver.NameRule{"user": names.User, "policy": names.Policy, "session": names.Session, "role": names.Role} {
		re, err := regexp.Compile(`^(?:` + rule.Pattern + `)$`)
		if err != nil {
			e.Errorf("the pattern for %s names is no expression: %v", kind, err)
			continue
		}
		if rule.Max > 0 && rule.Min > rule.Max {
			e.Errorf("%s names have at least %d and at most %d characters", kind, rule.Min, rule.Max)
		}
		// Package core derives such names, but none for roles.
		derived := "s3.read-only.one" + names.Separator + "two"
		if kind != "role" && rule.Pattern != "" && !re.MatchString(derived) {
			e.Errorf("the rule for %s names refuses %q, a name that the engine derives", kind, derived)
		}
	}
	if names.Separator == "" || regexp.MustCompile(`[a-z0-9.-]`).MatchString(names.Separator) {
		e.Errorf("the separator %q can be part of a bucket name", names.Separator)
	}
}

func describesLimits(e *env) {
	l := e.Description.Limits
	for what, n := range map[string]int{
		"InlinePolicyBytes": l.InlinePolicyBytes, "InlinePolicyTotalBytes": l.InlinePolicyTotalBytes, "SessionPolicyBytes": l.SessionPolicyBytes,
		"BucketPolicyBytes": l.BucketPolicyBytes, "AccessKeysPerUser": l.AccessKeysPerUser, "MinSessionSeconds": l.MinSessionSeconds,
	} {
		if n < 0 {
			e.Errorf("%s is %d", what, n)
		}
	}
	if l.MaxSessionSeconds > 0 && l.MinSessionSeconds > l.MaxSessionSeconds {
		e.Errorf("sessions last from %d to %d seconds", l.MinSessionSeconds, l.MaxSessionSeconds)
	}
}

func describesGuards(e *env) {
	if d := e.Description.Dialect; d.PlainUserPolicies && (len(d.MandatoryStatements) > 0 || slices.ContainsFunc(d.Implications, func(i policy.Implication) bool { return i.Deny != nil })) {
		e.Errorf("the policies of users cannot deny anything, and the dialect adds statements that deny")
	}
	for _, s := range e.Description.Dialect.MandatoryStatements {
		if s.Effect != policy.Deny || len(s.Action) == 0 {
			e.Errorf("the mandatory statement %+v does not deny actions", s)
		}
	}
	for _, i := range e.Description.Dialect.Implications {
		if i.Action == "" || i.Action == i.By || strings.ContainsAny(i.Action+i.By, "*?") {
			e.Errorf("%s implies %s: both must be actions without wildcards", i.By, i.Action)
		}
		if i.Deny != nil && (i.Deny.Effect != policy.Deny || len(i.Deny.Action) == 0) {
			e.Errorf("%s implies %s, and the statement %+v does not deny actions", i.By, i.Action, *i.Deny)
		}
	}
}

func describesTemplates(e *env) {
	d := e.Description
	if has := strings.Contains(d.Principal, "{user}"); has != d.Has(driver.CapPolicyPrincipal) || (d.Principal != "" && !has) {
		e.Errorf("Principal is %q, and %s declared: %v", d.Principal, driver.CapPolicyPrincipal, d.Has(driver.CapPolicyPrincipal))
	}
	if d.Boundaries != (driver.Boundaries{}) && !d.Has(driver.CapPolicyBoundary) {
		e.Errorf("there are default boundaries, and %s is not declared", driver.CapPolicyBoundary)
	}
	if d.SessionRole != nil && !(d.Has(driver.CapSessions) && d.Has(driver.CapRoles) && d.SessionRole.Name != "") {
		e.Errorf("there is a session role, and sessions or roles are not declared: %+v", d.SessionRole)
	}
	if r := d.SessionRole; r != nil && (r.Policy != "" && r.PolicyARN != "" || r.Policy != "" && !d.Has(driver.CapPolicyInline)) {
		e.Errorf("the session role has two policies, or one of a kind that is not declared: %+v", r)
	}
	if d.WebsiteURL != "" && !strings.Contains(d.WebsiteURL, "{bucket}") {
		e.Errorf("WebsiteURL %q names no bucket", d.WebsiteURL)
	}
}

// closesAlone closes a driver that has made a bucket.
func closesAlone(e *env) {
	bucket := e.name("b")
	e.removeBucketLater(bucket)
	d, err := e.Harness.Open(e.ctx, e.Harness.Config)
	e.ok(err, "Open")
	e.ok(d.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket}), "CreateBucket")
	e.ok(d.Close(), "Close")
	_, err = e.Driver.WhoAmI(e.ctx)
	e.ok(err, "WhoAmI of another driver")
	_, err = e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket})
	e.ok(err, "HeadBucket of another driver")
}

func openRefuses(e *env) {
	for _, endpoint := range []string{"ftp://127.0.0.1", "no url at all", "http://"} {
		config := e.Harness.Config
		config.EndpointURL = endpoint
		d, err := e.Harness.Open(e.ctx, config)
		e.failed("Open", err)
		e.want(err, fault.InvalidArgument, "opening the endpoint %q", endpoint)
		if err == nil {
			_ = d.Close()
		}
	}
}
