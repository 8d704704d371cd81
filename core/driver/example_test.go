package driver_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// acme is a backend for a system with users, of which one exists.
type acme struct {
	driver.Unimplemented
	endpoint string
}

func open(_ context.Context, config driver.Config) (driver.Driver, error) {
	u, err := driver.ParseEndpoint(config.EndpointURL)
	if err != nil {
		return nil, err
	}
	return &acme{endpoint: u.String()}, nil
}

func (a *acme) Describe(context.Context) (driver.Description, error) {
	return driver.Description{
		Name: "acme", Version: "1.0", EndpointURL: a.endpoint, Capabilities: []driver.Capability{driver.CapUsers},
	}, nil
}

func (a *acme) GetUser(_ context.Context, req driver.GetUserRequest) (driver.User, error) {
	if req.Name != "alice" {
		return driver.User{}, fault.New(fault.NotFound, "there is no user %q", req.Name)
	}
	return driver.User{Name: "alice"}, nil
}

func (a *acme) Close() error { return nil }

// A backend embeds Unimplemented and adds the methods of what its system can do.
func Example() {
	ctx := context.Background()
	backend, err := open(ctx, driver.Config{EndpointURL: "https://s3.example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer backend.Close() //nolint:errcheck // it holds nothing

	user, err := backend.GetUser(ctx, driver.GetUserRequest{Name: "alice"})
	fmt.Println(user.Name, err)
	_, err = backend.GetUser(ctx, driver.GetUserRequest{Name: "bob"})
	fmt.Println(err, errors.Is(err, fault.NotFound))
	for _, err := range backend.ListBuckets(ctx) {
		fmt.Println(fault.CodeOf(err))
	}
	// Output:
	// alice <nil>
	// there is no user "bob" true
	// Unsupported
}

func ExampleDescription_Missing() {
	err := driver.Description{Name: "minio"}.Missing(driver.CapBucketCORS)
	fmt.Println(err)
	fmt.Println(fault.CodeOf(err))
	// Output:
	// the minio backend cannot set CORS rules for one bucket; set them for the whole server in its own configuration
	// Unsupported
}

func ExampleParseEndpoint() {
	u, err := driver.ParseEndpoint("https://s3.example.com/storage")
	fmt.Println(u.Host, u.Path, err)
	_, err = driver.ParseEndpoint("s3.example.com")
	fmt.Println(err)
	// Output:
	// s3.example.com /storage <nil>
	// the endpoint "s3.example.com" is not an http or https URL; write it like https://s3.example.com
}

func ExampleCredentials() {
	credentials := driver.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}
	fmt.Printf("%v, %+v, %#v\n", credentials, credentials, credentials)
	// Output:
	// credentials of AKIAIOSFODNN7EXAMPLE, credentials of AKIAIOSFODNN7EXAMPLE, credentials of AKIAIOSFODNN7EXAMPLE
}

func ExampleBucketSetting() {
	value := driver.BucketSetting{Website: &driver.Website{IndexDocument: "index.html"}}
	setting := value.Setting()
	fmt.Println(setting, setting.Capability(), setting.Writable())
	// Output:
	// website bucket.website true
}
