package wire

import (
	"encoding/base64"
	"os"
	"reflect"
	"regexp"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// guideError finds the two forms of an error in docs/plugins.md: what it is made of, and the trailers of its call.
var guideError = regexp.MustCompile("(?s)```text\n(code: .*?\n)```.*?```text\ngrpc-status: 5\ngrpc-message: ([^\n]*)\ngrpc-status-details-bin: ([^\n]*)\n```")

// TestTheGuidesError compares the error in docs/plugins.md with what the wire makes of it, in both directions.
func TestTheGuidesError(t *testing.T) {
	guide, err := os.ReadFile("../../docs/plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	found := guideError.FindStringSubmatch(string(guide))
	if found == nil {
		t.Fatal("the guide shows no error")
	}
	want := fault.New(fault.NotFound, "cannot look up bucket photos: it does not exist").WithHint(fault.HintCreateBucket)
	want.Service = &fault.Service{Code: "NoSuchBucket", Message: "The specified bucket does not exist", RequestID: "17A3C0FFEE", HTTPStatus: 404}

	made, _ := status.FromError(toStatus(want))
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(made.Proto())
	if err != nil {
		t.Fatal(err)
	}
	if bytes := base64.RawStdEncoding.EncodeToString(encoded); found[2] != made.Message() || found[3] != bytes {
		t.Errorf("the guide's trailers should be %q and %s", made.Message(), bytes)
	}
	parts := status.New(codes.Unknown, "").Proto()
	if err := prototext.Unmarshal([]byte(found[1]), parts); err != nil || !proto.Equal(parts, made.Proto()) {
		t.Errorf("the guide's parts are %v, %v, and should be\n%s", parts, err, prototext.Format(made.Proto()))
	}
	got := fromStatus(t.Context(), "acme", status.FromProto(parts).Err())
	if !reflect.DeepEqual(got, error(want)) {
		t.Errorf("a host reads %+v", got)
	}
}
