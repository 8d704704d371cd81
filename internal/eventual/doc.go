// Package eventual tests the AWS backend on a system that is eventually consistent, as IAM is: what was made is unknown for
// a while, what was deleted lingers, and answers come from replicas that disagree.
//
// A proxy stands in front of moto and the sandbox in the place of AWS's own endpoints, such as iam.amazonaws.com, so that
// the backend takes it for AWS itself. It lives in the time of its clients, which it reads from their signatures: in a
// bubble of testing/synctest, where waiting costs nothing, a run of many simulated seconds takes milliseconds.
package eventual
