package conformance

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// clockSlack is the largest difference between the system's clock and this one.
const clockSlack = 2 * time.Minute

func sessionChecks() []Check {
	sessions := []driver.Capability{driver.CapSessions}
	return []Check{
		{Name: "a session ends when it was asked to", Requires: sessions, run: sessionEnds},
		{Name: "a session is refused after its end", Requires: sessions, Rules: []Rule{RuleAuthentication}, run: sessionExpires},
		{Name: "the sessions of a user end with the user", Requires: []driver.Capability{driver.CapSessions, driver.CapUsers, driver.CapPolicyInline, driver.CapObjects},
			Rules: []Rule{RuleAuthentication, RuleUserPolicies, RuleSessionPolicies}, run: sessionsEndWithUser},
		{Name: "a session works", Requires: sessions, Rules: []Rule{RuleAuthentication}, together: true, run: sessionWorks},
		{Name: "a session without a policy is refused", Requires: sessions, run: sessionWithoutPolicy},
		{Name: "a session outside the limits of duration is refused", Requires: sessions, run: sessionDuration},
		{Name: "a role that is missing opens no session", Requires: []driver.Capability{driver.CapSessions, driver.CapRoles}, Rules: []Rule{RuleSessionPolicies}, run: sessionWithoutRole},
	}
}

func sessionEnds(e *env) {
	before := time.Now()
	s := e.newSession(e.document(policy.ReadOnly, e.name("b"), "").JSON())
	if s.AccessKeyID == "" || s.SecretAccessKey == "" || s.SessionToken == "" {
		e.Errorf("the session %v lacks a part", s)
	}
	want := before.Add(time.Duration(e.sessionSeconds()) * time.Second)
	if off := s.Expiration.Sub(want).Abs(); off > clockSlack+e.Harness.ConsistencyTimeout {
		e.Errorf("the session ends at %s, want about %s", s.Expiration, want)
	}
}

func credentialsOfSession(s driver.Session) driver.Credentials {
	return driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, SessionToken: s.SessionToken}
}

func sessionWorks(e *env) {
	d := e.as(credentialsOfSession(e.newSession(e.document(policy.ReadOnly, e.name("b"), "").JSON())))
	e.eventually("WhoAmI with the session", func() error {
		_, err := d.WhoAmI(e.ctx)
		return err
	})
}

// longestWait is how long the suite waits for a session's end.
const longestWait = 30 * time.Second

func sessionExpires(e *env) {
	seconds := max(e.Description.Limits.MinSessionSeconds, 1)
	if time.Duration(seconds)*time.Second > min(longestWait, e.Harness.CheckTimeout/2) {
		e.Unsupported("the shortest session lasts %d seconds, which is too long to wait for", seconds)
	}
	s := e.openSession(e.custom("bucket", "key").JSON(), seconds)
	d := e.as(credentialsOfSession(s))
	_, err := d.WhoAmI(e.ctx)
	e.ok(err, "WhoAmI with the session")
	e.waitUntil(s.Expiration)
	e.eventually("WhoAmI with the session fails with Unauthenticated after its end", func() error {
		_, err := d.WhoAmI(e.ctx)
		return mustBe(err, fault.Unauthenticated)
	})
}

// waitUntil waits for a time of the clock, or for the end of the check.
func (e *env) waitUntil(t time.Time) {
	wait := time.NewTimer(time.Until(t))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-e.ctx.Done():
	}
}

// sessionsEndWithUser opens a session with a user's key, deletes the user, and makes another one of the same name, to whom
// the session does not belong either.
func sessionsEndWithUser(e *env) {
	if e.Description.SessionRole != nil {
		e.Unsupported("a session is a role's, not a user's")
	}
	st := e.newStage()
	user, policyName, key := e.readOnlyUser(st)
	doc := e.document(policy.ReadOnly, st.bucket, "")
	made, err := e.as(key).CreateSession(e.ctx, e.sessionRequest(doc.JSON()))
	if errors.Is(err, fault.PermissionDenied) {
		e.Unsupported("a user may open no session")
	}
	e.ok(err, "CreateSession by a user")
	credentials := credentialsOfSession(made)
	st.client = e.client(&credentials)
	e.mustWork(st.attempt("get an object inside"))
	e.ok(e.stripUser(e.ctx, user), "taking everything from the user")
	e.ok(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: user}), "DeleteUser")
	e.eventuallyRefused(st.attempt("get an object inside"))
	e.newUserWith(driver.CreateUserRequest{Name: user})
	e.putPolicy(driver.UserPrincipal(user), policyName, doc)
	e.mustBeRefused(st.attempt("get an object inside"))
}

func sessionWithoutPolicy(e *env) {
	_, err := e.Driver.CreateSession(e.ctx, e.sessionRequest(""))
	e.want(err, fault.InvalidArgument, "CreateSession without a policy")
}

func sessionDuration(e *env) {
	req := e.sessionRequest(e.document(policy.ReadOnly, e.name("b"), "").JSON())
	limits := e.Description.Limits
	bad := []int{-1, 0}
	if limits.MinSessionSeconds > 1 {
		bad = append(bad, limits.MinSessionSeconds-1)
	}
	if limits.MaxSessionSeconds > 0 {
		bad = append(bad, limits.MaxSessionSeconds+1)
	}
	for _, seconds := range bad {
		req.DurationSeconds = seconds
		_, err := e.Driver.CreateSession(e.ctx, req)
		e.want(err, fault.InvalidArgument, "CreateSession for %d seconds", seconds)
	}
}

func sessionWithoutRole(e *env) {
	if e.Description.SessionRole == nil {
		e.Unsupported("sessions need no role")
	}
	req := e.sessionRequest(e.document(policy.ReadOnly, e.name("b"), "").JSON())
	at := strings.LastIndex(req.RoleARN, "/")
	req.RoleARN = fmt.Sprintf("%s/%s", req.RoleARN[:max(at, 0)], e.name("r"))
	_, err := e.Driver.CreateSession(e.ctx, req)
	e.want(err, fault.NotFound, "CreateSession with a role that does not exist")
}
