package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	timeKey  = "aws:CurrentTime"
	lessThan = "DateLessThan"
)

// Until returns the document with an end: what its statements allow, they allow before that second. A statement keeps its own
// conditions, and an earlier end of its own. What is denied stays denied: another document may allow it later, too. InvalidArgument for a
// statement whose own end is no date.
func Until(doc Document, end time.Time) (Document, error) {
	doc.Statement = slices.Clone(doc.Statement)
	for i, s := range doc.Statement {
		if s.Effect != Allow {
			continue
		}
		var err error
		if doc.Statement[i], err = s.until(end); err != nil {
			return doc, err
		}
	}
	return doc, nil
}

// until adds the condition to a statement. Of several values of one condition any may hold, so there must be one.
func (s Statement) until(end time.Time) (Statement, error) {
	conditions := maps.Clone(s.Condition)
	if conditions == nil {
		conditions = map[string]map[string][]string{}
	}
	keys := maps.Clone(conditions[lessThan])
	if keys == nil {
		keys = map[string][]string{}
	}
	for key, values := range conditions[lessThan] {
		if !strings.EqualFold(key, timeKey) {
			continue
		}
		own, err := latest(values)
		if err != nil {
			return s, err
		}
		if own.Before(end) {
			end = own
		}
		delete(keys, key)
	}
	keys[timeKey] = []string{end.UTC().Format(time.RFC3339)}
	conditions[lessThan] = keys
	s.Condition = conditions
	return s, nil
}

// latest is the last of some dates.
func latest(values []string) (time.Time, error) {
	var last time.Time
	for _, v := range values {
		t, ok := parseDate(v)
		if !ok {
			return last, fault.New(fault.InvalidArgument, "a statement of the policy ends at %q, which is no date; write one such as 2026-12-31T23:59:59Z", v)
		}
		if t.After(last) {
			last = t
		}
	}
	return last, nil
}

// End is when the last statement of the document that allows something ends by itself, as Until makes it; zero for a document that allows
// nothing. It reports false if one does not end, or at no date that is plain.
func End(doc Document) (time.Time, bool) {
	var last time.Time
	for _, s := range doc.Statement {
		if s.Effect != Allow {
			continue
		}
		end, ok := s.end()
		if !ok {
			return time.Time{}, false
		}
		if end.After(last) {
			last = end
		}
	}
	return last, true
}

// end is when a statement ends.
func (s Statement) end() (time.Time, bool) {
	for key, values := range s.Condition[lessThan] {
		if strings.EqualFold(key, timeKey) && len(values) > 0 {
			end, err := latest(values)
			return end, err == nil
		}
	}
	return time.Time{}, false
}
