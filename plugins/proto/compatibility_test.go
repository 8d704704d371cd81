package proto

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	backendv1 "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

// contract is the package of the contract's files.
const contract = "s3credentials.backend.v1"

// resolver finds a description by its full name.
type resolver interface {
	FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error)
}

// TestTheContractKeepsItsPromises compares what this program is linked with to the last released form. A plugin that
// was built with that must work with this host, and the other way round.
func TestTheContractKeepsItsPromises(t *testing.T) {
	image, err := os.ReadFile("released/v1.binpb")
	if err != nil {
		t.Fatal(err)
	}
	released := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(image, released); err != nil {
		t.Fatal(err)
	}
	files := compile(t, released)
	checked := 0
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if file.Package() == contract {
			checked++
			for _, problem := range broken(file, protoregistry.GlobalFiles) {
				t.Errorf("%s (if it was not released yet, run buf build -o released/v1.binpb in plugins/proto when it is)", problem)
			}
		}
		return true
	})
	if want := len(linked().GetFile()) - 1; checked < want {
		t.Errorf("the released form has %d files of the contract, this program %d", checked, want)
	}
}

// TestABrokenPromiseIsSeen breaks the contract in every way that the comparison is to find.
func TestABrokenPromiseIsSeen(t *testing.T) {
	for name, change := range map[string]func(*descriptorpb.FileDescriptorSet){
		"a message removed": func(s *descriptorpb.FileDescriptorSet) {
			f := fileOf(s, "fault.proto")
			f.MessageType = append(f.MessageType, &descriptorpb.DescriptorProto{Name: new("Renamed")})
			f.MessageType[len(f.MessageType)-1].Field = message(f, "Service").Field
			message(f, "Fault").Field[2].TypeName = new("." + contract + ".Renamed")
			f.MessageType = append(f.MessageType[:1], f.MessageType[2:]...)
		},
		"a field removed": func(s *descriptorpb.FileDescriptorSet) {
			m := message(fileOf(s, "identity.proto"), "User")
			m.Field = m.Field[1:]
		},
		"a field renumbered": func(s *descriptorpb.FileDescriptorSet) {
			message(fileOf(s, "identity.proto"), "User").Field[0].Number = new(int32(99))
		},
		"a field renamed": func(s *descriptorpb.FileDescriptorSet) {
			message(fileOf(s, "identity.proto"), "User").Field[0].Name = new("folder")
		},
		"a field of another type": func(s *descriptorpb.FileDescriptorSet) {
			message(fileOf(s, "backend.proto"), "NameRule").Field[0].Type = descriptorpb.FieldDescriptorProto_TYPE_SINT32.Enum()
		},
		"a field of another message": func(s *descriptorpb.FileDescriptorSet) {
			message(fileOf(s, "identity.proto"), "GetUserResponse").Field[0].TypeName = new("." + contract + ".Role")
		},
		"a list made single": func(s *descriptorpb.FileDescriptorSet) {
			message(fileOf(s, "policy.proto"), "ListPoliciesResponse").Field[0].Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
		},
		"a field moved out of its oneof": func(s *descriptorpb.FileDescriptorSet) {
			m := message(fileOf(s, "object.proto"), "PutObjectResponse")
			m.Field[0].OneofIndex = nil
		},
		"a method removed": func(s *descriptorpb.FileDescriptorSet) {
			service := fileOf(s, "identity.proto").Service[0]
			service.Method = service.Method[1:]
		},
		"a method that streams no longer": func(s *descriptorpb.FileDescriptorSet) {
			fileOf(s, "identity.proto").Service[0].Method[1].ServerStreaming = new(false)
		},
		"a method with another answer": func(s *descriptorpb.FileDescriptorSet) {
			fileOf(s, "identity.proto").Service[0].Method[0].OutputType = new("." + contract + ".GetUserResponse")
		},
		"a service removed": func(s *descriptorpb.FileDescriptorSet) { fileOf(s, "policy.proto").Service = nil },
	} {
		changed := linked()
		change(changed)
		if problems := brokenBy(t, changed); len(problems) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

// TestAnAdditionBreaksNothing adds what a later version may add.
func TestAnAdditionBreaksNothing(t *testing.T) {
	changed := linked()
	f := fileOf(changed, "identity.proto")
	m := message(f, "User")
	added := proto.CloneOf(m.Field[0])
	added.Name, added.JsonName, added.Number = new("nickname"), nil, new(int32(50))
	m.Field = append(m.Field, added)
	method := proto.CloneOf(f.Service[0].Method[0])
	method.Name = new("WhoElse")
	f.Service[0].Method = append(f.Service[0].Method, method)
	if problems := brokenBy(t, changed); len(problems) > 0 {
		t.Errorf("an addition was found to be wrong: %v", problems)
	}
}

// brokenBy returns what a changed contract breaks of the present one.
func brokenBy(t *testing.T, changed *descriptorpb.FileDescriptorSet) []string {
	t.Helper()
	after := compile(t, changed)
	var problems []string
	compile(t, linked()).RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if file.Package() == contract {
			problems = append(problems, broken(file, after)...)
		}
		return true
	})
	return problems
}

// linked is a copy of the contract that this program is linked with, and of the file that it imports.
func linked() *descriptorpb.FileDescriptorSet {
	set := &descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{protodesc.ToFileDescriptorProto(timestamppb.File_google_protobuf_timestamp_proto)}}
	for _, file := range []protoreflect.FileDescriptor{
		backendv1.File_s3credentials_backend_v1_backend_proto, backendv1.File_s3credentials_backend_v1_bucket_proto,
		backendv1.File_s3credentials_backend_v1_fault_proto, backendv1.File_s3credentials_backend_v1_identity_proto,
		backendv1.File_s3credentials_backend_v1_object_proto, backendv1.File_s3credentials_backend_v1_policy_proto,
	} {
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	return set
}

func fileOf(set *descriptorpb.FileDescriptorSet, name string) *descriptorpb.FileDescriptorProto {
	for _, file := range set.GetFile() {
		if strings.HasSuffix(file.GetName(), "/"+name) {
			return file
		}
	}
	panic("no file " + name)
}

func message(file *descriptorpb.FileDescriptorProto, name string) *descriptorpb.DescriptorProto {
	for _, m := range file.GetMessageType() {
		if m.GetName() == name {
			return m
		}
	}
	panic("no message " + name)
}

func compile(t *testing.T, set *descriptorpb.FileDescriptorSet) *protoregistry.Files {
	t.Helper()
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// broken lists what a file promised and the contract that is found by after does not keep.
func broken(file protoreflect.FileDescriptor, after resolver) []string {
	problems := brokenMessages(file.Messages(), after)
	for i := range file.Enums().Len() {
		problems = append(problems, brokenEnum(file.Enums().Get(i), after)...)
	}
	for i := range file.Services().Len() {
		problems = append(problems, brokenService(file.Services().Get(i), after)...)
	}
	return problems
}

// find returns what is called the same and is of the same kind.
func find[D protoreflect.Descriptor](was D, after resolver) (now D, problems []string) {
	found, err := after.FindDescriptorByName(was.FullName())
	now, same := found.(D)
	if err != nil || !same {
		return now, []string{fmt.Sprintf("%s is gone", was.FullName())}
	}
	return now, nil
}

func brokenMessages(messages protoreflect.MessageDescriptors, after resolver) []string {
	var problems []string
	for i := range messages.Len() {
		was := messages.Get(i)
		now, gone := find(was, after)
		if problems = append(problems, gone...); gone != nil {
			continue
		}
		for j := range was.Fields().Len() {
			problems = append(problems, brokenField(was.Fields().Get(j), now)...)
		}
		problems = append(problems, brokenMessages(was.Messages(), after)...)
		for j := range was.Enums().Len() {
			problems = append(problems, brokenEnum(was.Enums().Get(j), after)...)
		}
	}
	return problems
}

func brokenField(was protoreflect.FieldDescriptor, in protoreflect.MessageDescriptor) []string {
	now := in.Fields().ByNumber(was.Number())
	if now == nil {
		return []string{fmt.Sprintf("%s, number %d, is gone", was.FullName(), was.Number())}
	}
	if before, after := printed(was), printed(now); before != after {
		return []string{fmt.Sprintf("%s was %q and is %q", was.FullName(), before, after)}
	}
	return nil
}

// printed is all of a field that the other side relies on.
func printed(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	switch {
	case f.Message() != nil:
		kind = string(f.Message().FullName())
	case f.Enum() != nil:
		kind = string(f.Enum().FullName())
	}
	text := fmt.Sprintf("%s %s %s = %d", f.Cardinality(), kind, f.Name(), f.Number())
	if f.HasOptionalKeyword() {
		text += ", presence known"
	}
	if oneof := f.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
		text += " in " + string(oneof.Name())
	}
	return text
}

func brokenEnum(was protoreflect.EnumDescriptor, after resolver) []string {
	now, problems := find(was, after)
	if problems != nil {
		return problems
	}
	for i := range was.Values().Len() {
		value := was.Values().Get(i)
		if v := now.Values().ByNumber(value.Number()); v == nil || v.Name() != value.Name() {
			problems = append(problems, fmt.Sprintf("%s = %d is gone", value.FullName(), value.Number()))
		}
	}
	return problems
}

func brokenService(was protoreflect.ServiceDescriptor, after resolver) []string {
	now, problems := find(was, after)
	if problems != nil {
		return problems
	}
	for i := range was.Methods().Len() {
		before := was.Methods().Get(i)
		m := now.Methods().ByName(before.Name())
		if m == nil {
			problems = append(problems, fmt.Sprintf("%s is gone", before.FullName()))
		} else if b, a := signature(before), signature(m); b != a {
			problems = append(problems, fmt.Sprintf("%s was %s and is %s", before.FullName(), b, a))
		}
	}
	return problems
}

func signature(m protoreflect.MethodDescriptor) string {
	return fmt.Sprintf("(%s, stream %v) returns (%s, stream %v)", m.Input().FullName(), m.IsStreamingClient(), m.Output().FullName(), m.IsStreamingServer())
}
