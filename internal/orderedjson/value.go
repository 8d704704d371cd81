// Package orderedjson has JSON values whose objects keep the order of their members, read and printed as Python's json
// module does.
package orderedjson

import (
	"time"
)

// Value is what JSON can hold: nil, bool, int, int64, Float, Number, string, time.Time, []Value, []string, Object.
type Value any

// Object is a JSON object whose members keep their order.
type Object []Member

// Member is one member of an object.
type Member struct {
	Name  string
	Value Value
}

// Number is a number as it was written, whatever its size.
type Number string

// Float is a number with a fraction or an exponent.
type Float float64

// Add appends a member.
func (o *Object) Add(name string, v Value) { *o = append(*o, Member{name, v}) }

// AddText appends a member, unless it is empty.
func (o *Object) AddText(name, v string) {
	if v != "" {
		o.Add(name, v)
	}
}

// AddTime appends a member, unless the time is not known.
func (o *Object) AddTime(name string, t time.Time) {
	if !t.IsZero() {
		o.Add(name, t)
	}
}

// Get returns a member's value, and whether there is one.
func (o Object) Get(name string) (Value, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// FormatTime prints a time as Python's str() does for a datetime in UTC.
func FormatTime(t time.Time) string {
	t = t.UTC()
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02 15:04:05") + "+00:00"
	}
	return t.Format("2006-01-02 15:04:05.000000") + "+00:00"
}
