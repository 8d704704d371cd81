//go:build systems

package aws

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestConformanceOnSandbox(t *testing.T) {
	clearEnvironment(t)
	conformance.Run(t, conformance.Harness{
		Open:   Open,
		Config: configOf(systems.Sandbox(t)),
		Lacks: map[driver.Capability]string{
			driver.CapPolicyManaged:           "the sandbox has no managed policies",
			driver.CapPolicyBoundary:          "the sandbox makes users without the boundary",
			driver.CapSessions:                "the sandbox has no AssumeRole",
			driver.CapBucketPublicAccessBlock: "the sandbox has no public access block",
		},
		NotEnforced: map[conformance.Rule]string{
			conformance.RuleBoundaries: "the sandbox makes users without the boundary",
		},
	})
}

// Moto takes much that AWS refuses. So each request is held against AWS's own models, too.
func TestConformanceOnMoto(t *testing.T) {
	clearEnvironment(t)
	system, checked := checkedByModels(t, systems.Moto(t))
	conformance.Run(t, conformance.Harness{
		Open:        Open,
		Config:      configOf(system),
		OtherRegion: "eu-west-1",
		NotEnforced: map[conformance.Rule]string{
			conformance.RuleAuthentication:   "moto lets every key pass",
			conformance.RuleUserPolicies:     "moto lets every key pass",
			conformance.RuleSessionPolicies:  "moto lets every key pass",
			conformance.RulePrefixConditions: "moto lets every key pass",
			conformance.RuleBoundaries:       "moto lets every key pass",
			conformance.RuleBucketPolicies:   "moto lets every key pass",
			conformance.RuleSettingValues:    "moto takes any document",
			conformance.RulePolicyDocuments:  "moto takes documents of any size",
			conformance.RuleBucketNames:      "moto takes any name and region",
		},
	})
	sendTheRest(t, system)
	checked.report(t)
}

// configOf is how to reach a system as its administrator.
func configOf(s *systems.System) driver.Config {
	return driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &driver.Credentials{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
	}}
}
