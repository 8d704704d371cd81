package wire_test

import (
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// filler sets every field of a value to something that no other field has, so that a field that is forgotten, or taken
// for another one, shows when two values are compared.
type filler struct{ next int }

// fill returns a T with every field set.
func fill[T any](f *filler) T {
	var v T
	f.set(reflect.ValueOf(&v).Elem())
	return v
}

// special are the fields whose values are not free.
var special map[reflect.Type]func(*filler) any

// It is set here because fill, which is used in it, uses it.
func init() {
	special = map[reflect.Type]func(*filler) any{
		reflect.TypeFor[time.Time]():            func(f *filler) any { return time.Unix(int64(1_700_000_000+f.number()), 123_456_789).UTC() },
		reflect.TypeFor[driver.PrincipalType](): func(*filler) any { return driver.PrincipalRole },
		reflect.TypeFor[driver.Setting]():       func(*filler) any { return driver.SettingWebsite },
		reflect.TypeFor[[]driver.Capability]():  func(*filler) any { return driver.AllCapabilities() },
		reflect.TypeFor[func(int64)]():          func(*filler) any { return (func(int64))(nil) },
		reflect.TypeFor[io.Writer]():            func(*filler) any { return nil },
		reflect.TypeFor[io.Reader]():            func(*filler) any { return nil },
		reflect.TypeFor[driver.BucketSetting](): func(f *filler) any { return driver.BucketSetting{Website: ptr(fill[driver.Website](f))} },
		reflect.TypeFor[[]policy.Statement]():   func(*filler) any { return guards() },
		reflect.TypeFor[*policy.Statement]():    func(*filler) any { return &guards()[1] },
	}
}

func guards() []policy.Statement {
	return []policy.Statement{
		{Sid: "One", Effect: policy.Deny, Action: []string{"admin:CreateServiceAccount", "admin:Other"}, Resource: []string{"*"}},
		{Sid: "Two", Effect: policy.Deny, Action: []string{"s3:PutBucketPolicy"}, Resource: []string{"arn:aws:s3:::a", "arn:aws:s3:::b"}},
	}
}

func ptr[T any](v T) *T { return &v }

func (f *filler) number() int {
	f.next++
	return f.next
}

func (f *filler) set(v reflect.Value) {
	if make, ok := special[v.Type()]; ok {
		if made := make(f); made != nil {
			v.Set(reflect.ValueOf(made))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.set(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.set(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.set(v.Index(i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.set(key)
		f.set(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d ü", f.number()))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.number()))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("fill does not know what to put into a " + v.Type().String())
	}
}
