package wire

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// conversion reads a message from any bytes, converts it, converts that back, and once more: what arrived must stay.
type conversion func(t *testing.T, data []byte)

func converted[M proto.Message, D any](from func(M) (D, error), to func(D) (M, error)) conversion {
	return func(t *testing.T, data []byte) {
		var none M
		message := none.ProtoReflect().New().Interface().(M)
		if proto.Unmarshal(data, message) != nil {
			return
		}
		arrived, err := from(message)
		if err != nil {
			var f *fault.Error
			if !errors.As(err, &f) {
				t.Errorf("%T: error %v is no fault", message, err)
			}
			return
		}
		sent, err := to(arrived)
		if err != nil {
			t.Errorf("%T: %+v arrived, and cannot be sent: %v", message, arrived, err)
			return
		}
		again, err := from(sent)
		if err != nil {
			t.Errorf("%T: %+v arrived, and cannot be read again: %v", message, arrived, err)
			return
		}
		if diff := cmp.Diff(arrived, again, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(policy.Statement{})); diff != "" {
			t.Errorf("%T has changed: -arrived +again:\n%s", message, diff)
		}
	}
}

// plainly is converted for conversions that cannot fail.
func plainly[M proto.Message, D any](from func(M) D, to func(D) M) conversion {
	return converted(func(m M) (D, error) { return from(m), nil }, func(d D) (M, error) { return to(d), nil })
}

var conversions = []conversion{
	plainly(fromConfig, toConfig), converted(fromDescription, toDescription), plainly(fromCaller, toCaller),
	plainly(fromCreateUserResponse, toCreateUserResponse), plainly(fromUser, toUser), plainly(fromAccessKey, toAccessKey),
	plainly(fromRole, toRole), plainly(fromSession, toSession), plainly(fromPrincipal, toPrincipal),
	plainly(fromPolicyDocument, toPolicyDocument), plainly(fromAttachedPolicy, toAttachedPolicy),
	plainly(fromManagedPolicy, toManagedPolicy), plainly(fromProbe, toProbe), plainly(fromBucketGrant, toBucketGrant), plainly(fromBucket, toBucket), plainly(fromEmptied, toEmptied), plainly(fromSetting, toSetting),
	plainly(fromObject, toObject), plainly(fromDetail, toDetail), plainly(fromDeleteObjectsResponse, toDeleteObjectsResponse),
}

// Any bytes of a plugin or a host become a value or a fault, and the value survives its way back.
func FuzzConversions(f *testing.F) {
	for kind := range conversions {
		f.Add(uint8(kind), []byte{0x0a, 0x01, 'a', 0x12, 0x00, 0x18, 0x01})
	}
	dialect, err := proto.Marshal(&pb.Description{Name: "x", Dialect: &pb.Dialect{RejectedActions: []string{"s3:X"}}, Limits: &pb.Limits{MaxSessionSeconds: 900}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(1), dialect)
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) { conversions[int(kind)%len(conversions)](t, data) })
}

// Whatever status a plugin sends becomes a fault with a known code and hint, of a bounded length; and sent on, it stays.
func FuzzFault(f *testing.F) {
	detail, err := proto.Marshal(&pb.Fault{Code: "not-found", Message: "m", Hint: "region", Service: &pb.Service{Code: "C", HttpStatus: 404}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(5), "gone", detail, true)
	f.Add(uint32(99), "grpc: too large", []byte{}, false)
	nothing, err := proto.Marshal(&pb.Fault{Service: &pb.Service{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(16), "0", nothing, true)
	f.Fuzz(func(t *testing.T, code uint32, message string, data []byte, detailed bool) {
		s := status.New(codes.Code(code), message)
		var fromPlugin pb.Fault
		if detailed && proto.Unmarshal(data, &fromPlugin) == nil {
			if with, err := s.WithDetails(&fromPlugin); err == nil {
				s = with
			}
		}
		arrived := fromStatus(t.Context(), "plugin", s.Err())
		if s.Err() == nil {
			if arrived != nil {
				t.Errorf("a success has become %v", arrived)
			}
			return
		}
		var found *fault.Error
		if !errors.As(arrived, &found) || !slices.Contains(fault.Codes(), found.Code) || found.Error() == "" || len(found.Message) > maxMessageBytes+1000 ||
			found.Hint != "" && !slices.Contains(fault.Hints(), found.Hint) {
			t.Fatalf("%v has become %+v", s, arrived)
		}
		again := fromStatus(t.Context(), "plugin", toStatus(found))
		if diff := cmp.Diff(found, again, cmpopts.IgnoreFields(fault.Error{}, "Err")); diff != "" {
			t.Errorf("the fault has changed: -arrived +again:\n%s", diff)
		}
	})
}
