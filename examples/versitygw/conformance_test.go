package main

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
)

// TestConformance runs the whole suite; enforcement is tried with minio-go, with the keys of users whom a bucket's
// policy names.
func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Harness{Open: Open, Config: versitygw(t), CheckTimeout: 10 * time.Minute})
}
