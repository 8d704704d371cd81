package wire_test

import (
	"context"
	"iter"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

var compared = cmp.Options{
	cmpopts.IgnoreUnexported(policy.Statement{}),
	// Progress is always handed on, and a download's path is not the caller's; their tests are elsewhere.
	cmpopts.IgnoreFields(driver.GetObjectRequest{}, "Progress", "Body", "Path"),
	cmpopts.IgnoreFields(driver.PutObjectRequest{}, "Progress", "Body"),
}

// recorder answers every method with what the test wants, and keeps the request it was asked with.
type recorder struct {
	fake
	request any
	answer  any
}

func one[T any](r *recorder, request any) (T, error) {
	r.request = request
	answer, _ := r.answer.(T)
	return answer, nil
}

func many[T any](r *recorder, request any) iter.Seq2[T, error] {
	r.request = request
	return func(yield func(T, error) bool) {
		for _, item := range r.answer.([]T) {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// TestEveryMethodRoundTrips calls every method of the four interfaces over the wire with a request in which every field
// is set, and answers it with a response in which every field is set. It goes through the interface by reflection: a new
// method without a case in the recorder, and a new field without a conversion, fail here.
func TestEveryMethodRoundTrips(t *testing.T) {
	interfaces := []reflect.Type{
		reflect.TypeFor[driver.Identity](), reflect.TypeFor[driver.Policy](),
		reflect.TypeFor[driver.Bucket](), reflect.TypeFor[driver.Object](),
	}
	r := &recorder{fake: fake{description: driver.Description{Capabilities: driver.AllCapabilities()}}}
	client := open(t, r)
	for _, of := range interfaces {
		for i := range of.NumMethod() {
			method := of.Method(i)
			t.Run(method.Name, func(t *testing.T) { roundTrip(t, r, client, method) })
		}
	}
}

func roundTrip(t *testing.T, r *recorder, client driver.Driver, method reflect.Method) {
	f := &filler{}
	r.request, r.answer = nil, nil
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	var request any
	if method.Type.NumIn() == 2 {
		v := reflect.New(method.Type.In(1)).Elem()
		f.set(v)
		request = v.Interface()
		arguments = append(arguments, v)
	}
	want := echoing(request, wanted(f, method.Type))
	if get, ok := request.(driver.GetObjectRequest); ok {
		get.Path = filepath.Join(t.TempDir(), "file")
		request, arguments[1] = get, reflect.ValueOf(get)
	}
	r.answer = want
	results := reflect.ValueOf(client).MethodByName(method.Name).Call(arguments)
	var got any
	switch {
	case method.Type.NumOut() == 2:
		got = results[0].Interface()
		requireNil(t, results[1])
	case method.Type.Out(0).Kind() == reflect.Func:
		got = collect(t, results[0], reflect.TypeOf(want))
	default:
		requireNil(t, results[0])
	}
	if diff := cmp.Diff(request, r.request, compared); diff != "" {
		t.Errorf("the request changed on the way:\n%s", diff)
	}
	if diff := cmp.Diff(want, got, compared); diff != "" {
		t.Errorf("the answer changed on the way:\n%s", diff)
	}
}

// echoing makes an answer name what the request named, as honest answers do.
func echoing(request, answer any) any {
	switch asked := request.(type) {
	case driver.GetUserRequest:
		a := answer.(driver.User)
		a.Name = asked.Name
		return a
	case driver.CreateUserRequest:
		a := answer.(driver.CreateUserResponse)
		a.User.Name, a.AccessKey.UserName = asked.Name, asked.Name
		return a
	case driver.CreateAccessKeyRequest:
		a := answer.(driver.AccessKey)
		a.UserName = asked.UserName
		return a
	case driver.ListAccessKeysRequest:
		a := answer.([]driver.AccessKey)
		for i := range a {
			a[i].UserName = asked.UserName
		}
	case driver.GetRoleRequest:
		a := answer.(driver.Role)
		a.Name = asked.Name
		return a
	case driver.CreateRoleRequest:
		a := answer.(driver.Role)
		a.Name = asked.Name
		return a
	case driver.GetPolicyRequest:
		a := answer.(driver.PolicyDocument)
		a.Name = asked.Name
		return a
	case driver.GetManagedPolicyRequest:
		a := answer.(driver.ManagedPolicy)
		a.ARN = asked.ARN
		return a
	case driver.ListObjectsRequest:
		a := answer.([]driver.ObjectInfo)
		for i := range a {
			a[i].Key = asked.Prefix + a[i].Key
		}
	case driver.DeleteObjectsRequest:
		a := answer.(driver.DeleteObjectsResponse)
		a.Deleted = asked.Keys[1:]
		a.Failed = a.Failed[:1]
		a.Failed[0].Key = asked.Keys[0]
		return a
	}
	return answer
}

// wanted makes an answer for a method: a value, a list for an iterator, or nil for an error alone.
func wanted(f *filler, of reflect.Type) any {
	var answer reflect.Type
	switch {
	case of.NumOut() == 2:
		answer = of.Out(0)
	case of.Out(0).Kind() == reflect.Func:
		answer = reflect.SliceOf(of.Out(0).In(0).In(0))
	default:
		return nil
	}
	v := reflect.New(answer).Elem()
	f.set(v)
	return v.Interface()
}

// collect runs an iterator into a slice.
func collect(t *testing.T, items reflect.Value, into reflect.Type) any {
	out := reflect.MakeSlice(into, 0, 2)
	for item, err := range items.Seq2() {
		requireNil(t, err)
		out = reflect.Append(out, item)
	}
	return out.Interface()
}

func requireNil(t *testing.T, err reflect.Value) {
	t.Helper()
	if !err.IsNil() {
		t.Fatalf("it failed: %v", err.Interface())
	}
}

func TestEverySettingRoundTrips(t *testing.T) {
	f := &filler{}
	r := &recorder{fake: fake{description: driver.Description{Capabilities: driver.AllCapabilities()}}}
	client := open(t, r)
	tested := map[driver.Setting]bool{}
	for _, v := range []driver.BucketSetting{
		{Policy: ptr(fill[driver.BucketPolicy](f))},
		{PolicyStatus: ptr(fill[driver.PolicyStatus](f))},
		{CORS: ptr(fill[driver.CORS](f))},
		{CORS: &driver.CORS{Rules: []driver.CORSRule{{MaxAgeSeconds: ptr(0)}, {}}}},
		{Website: ptr(fill[driver.Website](f))},
		{ACL: ptr(fill[driver.ACL](f))},
		{PublicAccessBlock: ptr(fill[driver.PublicAccessBlock](f))},
		{PublicAccessBlock: &driver.PublicAccessBlock{}},
	} {
		tested[v.Setting()] = true
		r.answer = v
		got, err := client.GetBucketSetting(context.Background(), driver.GetBucketSettingRequest{Bucket: "b", Setting: v.Setting()})
		if diff := cmp.Diff(v, got); diff != "" || err != nil {
			t.Errorf("get %s: %v\n%s", v.Setting(), err, diff)
		}
		err = client.PutBucketSetting(context.Background(), driver.PutBucketSettingRequest{Bucket: "b", Value: v})
		if diff := cmp.Diff(driver.PutBucketSettingRequest{Bucket: "b", Value: v}, r.request); diff != "" || err != nil {
			t.Errorf("put %s: %v\n%s", v.Setting(), err, diff)
		}
	}
	for _, s := range driver.Settings() {
		if !tested[s] {
			t.Errorf("the setting %s is not tested", s)
		}
	}
	// Each of the booleans by itself, as all true would hide two that are exchanged.
	for i := range reflect.TypeFor[driver.PublicAccessBlock]().NumField() {
		var block driver.PublicAccessBlock
		reflect.ValueOf(&block).Elem().Field(i).SetBool(true)
		r.answer = driver.BucketSetting{PublicAccessBlock: &block}
		got, err := client.GetBucketSetting(context.Background(), driver.GetBucketSettingRequest{Setting: driver.SettingPublicAccessBlock})
		if diff := cmp.Diff(r.answer, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
}

func TestZeroValuesStayZero(t *testing.T) {
	r := &recorder{fake: fake{description: driver.Description{Capabilities: driver.AllCapabilities()}}}
	client := open(t, r)
	r.answer = driver.Role{}
	role, err := client.GetRole(context.Background(), driver.GetRoleRequest{})
	if diff := cmp.Diff(driver.Role{}, role); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	r.answer = driver.CreateUserResponse{}
	made, err := client.CreateUser(context.Background(), driver.CreateUserRequest{})
	if diff := cmp.Diff(driver.CreateUserResponse{}, made); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestOpenAndDescribeRoundTrip(t *testing.T) {
	f := &filler{}
	config, description := fill[driver.Config](f), fill[driver.Description](f)
	var got driver.Config
	server := wire.NewServer(func(_ context.Context, c driver.Config) (driver.Driver, error) {
		got = c
		return &fake{description: description}, nil
	})
	conn := connectTo(t, server)
	client, err := wire.NewClient(context.Background(), conn, "test", config)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config, got); diff != "" {
		t.Errorf("the configuration changed on the way:\n%s", diff)
	}
	described, err := client.Describe(context.Background())
	if diff := cmp.Diff(description, described, compared); diff != "" || err != nil {
		t.Errorf("the description changed on the way: %v\n%s", err, diff)
	}
}

func TestUnknownCapabilitiesAreIgnored(t *testing.T) {
	client := open(t, &fake{description: driver.Description{
		Capabilities: []driver.Capability{"identity.telepathy", driver.CapUsers, driver.CapObjects, driver.CapUsers},
	}})
	d, err := client.Describe(context.Background())
	if diff := cmp.Diff([]driver.Capability{driver.CapUsers, driver.CapObjects}, d.Capabilities); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}
