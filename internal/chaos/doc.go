// Package chaos breaks runs of the real command line on real systems: it kills the command line, its plugin and the server,
// and loses, delays, truncates and repeats requests on the way. After each run it looks at the system itself.
//
// # What must hold
//
// After a run that was broken, and ended by itself:
//   - it is done, or undone, or what is left is named in the error, an access key by its id, unless
//     the system chose that and no longer answers;
//   - what is there is what the same run makes when nothing breaks it, or was there before: no policy is wider than asked;
//   - what was there before is still there, but for what was to be deleted;
//   - neither a process nor a temporary file of it is left.
//
// After a run that was killed itself, nobody is left to name anything. The others still hold, and no key that it made is there
// before the policies that limit it. In each case the same command, run again, works.
//
// Where a user is its key, as on Garage, create does not make the key again: the same command then says to delete the user first.
//
// A server that is killed is one that is gone from some request on, which may have taken effect, and comes back with what it
// had stored.
//
// # Short and long
//
// "make test" runs a short form. "make chaos" runs the long one: RUNS says how often each of the command line, the plugin and the
// system is killed on each system, FAULTS how many runs meet random faults there, and SEED repeats the random choices of a run that failed.
package chaos
