package conformance

import "github.com/s3-credentials/s3-credentials/core/driver"

// Preset is a system that backends are often tested on. What it lacks, with the backend of this project that is for it, is
// known.
type Preset string

// The presets.
const (
	// PresetSandbox is s3-credentials-sandbox, for the AWS backend.
	PresetSandbox Preset = "sandbox"
	// PresetMoto is moto's server as it starts by default, for the AWS backend. It lets every request pass.
	PresetMoto Preset = "moto"
	// PresetMinIO is a MinIO server, for the MinIO backend.
	PresetMinIO Preset = "minio"
	// PresetSeaweedFS, PresetCeph and PresetGarage are servers of these systems, for the backends of their names.
	PresetSeaweedFS Preset = "seaweedfs"
	PresetCeph      Preset = "ceph"
	PresetGarage    Preset = "garage"
	// PresetVersityGW is VersityGW with its standalone IAM, for the backend of its name.
	PresetVersityGW Preset = "versitygw"
)

// Presets returns every preset.
func Presets() []Preset {
	return []Preset{PresetSandbox, PresetMoto, PresetMinIO, PresetSeaweedFS, PresetCeph, PresetGarage, PresetVersityGW}
}

// Harness returns a harness that says what the system lacks, what it does not enforce and what there is on it. The caller
// sets the rest, and may change it all. A Preset that is not one of Presets gives the zero Harness.
func (p Preset) Harness() Harness {
	switch p {
	case PresetSandbox:
		return Harness{
			Lacks: map[driver.Capability]string{
				driver.CapPolicyManaged:           "the sandbox has no managed policies",
				driver.CapPolicyGroup:             "the sandbox has no groups",
				driver.CapPolicyBoundary:          "the sandbox makes users without the boundary",
				driver.CapSessions:                "the sandbox has no AssumeRole",
				driver.CapBucketPublicAccessBlock: "the sandbox has no public access block",
			},
			NotEnforced: map[Rule]string{
				RuleBoundaries:     "the sandbox makes users without the boundary",
				RuleDocumentSizes:  "the sandbox keeps bucket policies in attributes of files, which are small",
				RuleObjectACLs:     "the sandbox ignores ACLs of objects",
				RuleStorageClasses: "the sandbox ignores storage classes",
			},
		}
	case PresetMoto:
		return Harness{OtherRegion: "eu-west-1", NotEnforced: map[Rule]string{
			RuleAuthentication:   "moto lets every key pass",
			RuleUserPolicies:     "moto lets every key pass",
			RuleSessionPolicies:  "moto lets every key pass",
			RulePrefixConditions: "moto lets every key pass",
			RulePolicyTime:       "moto lets every key pass",
			RuleBoundaries:       "moto lets every key pass",
			RuleBucketPolicies:   "moto lets every key pass",
			RuleSettingValues:    "moto takes any document",
			RulePolicyDocuments:  "moto takes documents of any size",
			RuleObjectACLs:       "moto lets every request pass",
			RuleBucketNames:      "moto takes any name and region",
		}}
	case PresetMinIO:
		return Harness{ManagedPolicy: "readonly", NotEnforced: map[Rule]string{RulePages: "MinIO lists all users at once"}}
	case PresetCeph:
		return Harness{NotEnforced: map[Rule]string{RuleRoleDescriptions: "the gateway keeps no descriptions of roles (16.2.15)"}}
	case PresetGarage:
		return Harness{NotEnforced: map[Rule]string{RuleSettingValues: "the server takes any word as a method of a CORS rule"}}
	case PresetVersityGW:
		return Harness{NotEnforced: map[Rule]string{RuleDocumentSizes: "the server keeps bucket policies in attributes of files, which are small"}}
	}
	return Harness{}
}
