// Package output prints results as the Python tool prints them, byte for byte: JSON as its json.dumps does, tables as
// its csv module does, listings row by row.
package output

import "github.com/s3-credentials/s3-credentials/internal/orderedjson"

// The values that are printed.
type (
	Value  = orderedjson.Value
	Object = orderedjson.Object
	Member = orderedjson.Member
)

// How they are read and printed.
var (
	ParseJSON = orderedjson.Parse
	Indented  = orderedjson.Indented
	Compact   = orderedjson.Compact
)
