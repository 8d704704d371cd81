package fault_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func Example() {
	err := fmt.Errorf("creating the user: %w", fault.New(fault.AlreadyExists, "the user %q exists", "alice"))
	if errors.Is(err, fault.AlreadyExists) {
		fmt.Println("it exists:", err)
	}
	fmt.Println(fault.CodeOf(err))
	// Output:
	// it exists: creating the user: the user "alice" exists
	// AlreadyExists
}

// An error of a service keeps the service's own code, message and request id.
func ExampleError() {
	err := fault.New(fault.PermissionDenied, "the credentials may not list buckets")
	err.Service = &fault.Service{Code: "AccessDenied", Message: "Access Denied", RequestID: "17C9", HTTPStatus: 403}
	fmt.Println(err)
	fmt.Println(fault.ServiceOf(err).RequestID)
	// Output:
	// the credentials may not list buckets (AccessDenied: Access Denied)
	// 17C9
}

// A program words the hint of an error with the names of its own options.
func ExampleHintOf() {
	words := map[fault.Hint]string{fault.HintRegion: "; check --region"}
	err := fault.New(fault.InvalidArgument, "there is no region %q", "moon-1").WithHint(fault.HintRegion)
	fmt.Println(err.Error() + words[fault.HintOf(err)])
	// Output:
	// there is no region "moon-1"; check --region
}

func ExampleCodeOf() {
	fmt.Println(fault.CodeOf(context.DeadlineExceeded))
	fmt.Println(fault.CodeOf(errors.New("something else")))
	fmt.Printf("%q\n", fault.CodeOf(nil))
	// Output:
	// DeadlineExceeded
	// Unknown
	// ""
}

func ExampleWrap() {
	cause := errors.New("connection reset")
	err := fault.Wrap(fault.Unavailable, cause, "the server cannot be reached: %v", cause)
	fmt.Println(err, errors.Is(err, cause))
	// Output:
	// the server cannot be reached: connection reset true
}

func ExampleOfHTTPStatus() {
	fmt.Println(fault.OfHTTPStatus(403), fault.OfHTTPStatus(503))
	// Output:
	// PermissionDenied Unavailable
}
