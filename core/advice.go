package core

import "github.com/s3-credentials/s3-credentials/core/driver"

// Advice says what a capability is for, in words that follow "the X backend cannot", and what to do without it: what
// the sentence of an Unsupported error is made of.
func Advice(c driver.Capability) (what, instead string) { return adviceFor(c) }
