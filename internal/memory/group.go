package memory

import (
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// group is a group of users, who may do what its policies allow.
type group struct {
	grants
	members map[string]bool
}

// Group are the policies and the users of a group.
type Group struct {
	// Inline are the group's own policies by name, and Attached the ARNs of managed policies.
	Inline   map[string]policy.Document
	Attached []string
	Members  []string
}

// PutGroup makes or replaces a group. The contract has no such method: backends only read groups.
func (s *System) PutGroup(name string, g Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := &group{grants: newGrants(), members: map[string]bool{}}
	maps.Copy(made.inline, g.Inline)
	for _, arn := range g.Attached {
		made.attached[arn] = true
	}
	for _, user := range g.Members {
		made.members[user] = true
	}
	s.groups[name] = made
}

// groupsOf are the names of a user's groups, sorted.
func (s *System) groupsOf(user string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.groups)), func(name string) bool { return !s.groups[name].members[user] })
}

// leaveGroups takes a user that is deleted out of its groups.
func (s *System) leaveGroups(user string) {
	for _, g := range s.groups {
		delete(g.members, user)
	}
}
