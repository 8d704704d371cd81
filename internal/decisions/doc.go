// Package decisions holds core/policy against real systems. A user is given random documents, and random requests are made
// with its key, by a client that is no backend. What policy.Evaluate allows the system must permit, and what it denies the system
// must deny. policy.Explain must tell of all that is permitted, and what policy.Prove proves of generated documents must be so. A
// disagreement is a mistake in core/policy, or a difference of the system. Differences stand in one table
// (differences_test.go), and documents do not have them. Those of MinIO, Ceph and SeaweedFS
// are for people too: their pages in docs. Ceph and SeaweedFS deny much of what the language allows; there, only what they permit is held against it, and
// what their backends refuse is shown to be refused for a reason (wider_test.go).
//
// # The sandbox
//
// It decides as AWS's documentation says, but for this:
//
//   - ForAnyValue with a negated operator holds for a request without the key.
//   - A question mark matches one byte, which is only a part of a letter beyond ASCII.
//   - A star in a key or a prefix is taken for the one of the pattern, which then matches nothing else.
//   - A variable with a default (${aws:username,'x'}), and ${*}, ${?} and ${$}, match nothing.
//   - Dates need a time.
//   - aws:SourceIp is 0.0.0.0 for every client.
package decisions
