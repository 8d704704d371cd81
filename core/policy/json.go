package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// parseJSON reads one JSON value exactly as it stands.
func parseJSON(data []byte) (orderedjson.Value, error) {
	if !utf8.Valid(data) {
		return nil, fault.New(fault.InvalidArgument, "the policy is not valid UTF-8 text")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, fault.New(fault.InvalidArgument, "the policy is not valid JSON: %s", whereInvalid(data, err))
	}
	v, err := orderedjson.ParseExact(data)
	if repeated := (*orderedjson.RepeatedNameError)(nil); errors.As(err, &repeated) {
		return nil, fault.New(fault.InvalidArgument, "the policy has %q twice in the same object", repeated.Name)
	}
	return v, err
}

// whereInvalid says what encoding/json found wrong, and in which line and column.
func whereInvalid(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	before := string(data[:min(int(syntax.Offset), len(data))])
	line := strings.Count(before, "\n") + 1
	column := len(before) - strings.LastIndex(before, "\n") - 1
	return fmt.Sprintf("%s, in line %d, column %d", syntax.Error(), line, column)
}

// listOf is a list of strings as it is read.
func listOf(values []string) []orderedjson.Value {
	list := make([]orderedjson.Value, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}
