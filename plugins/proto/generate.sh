#!/bin/sh
# Generates the Go code of the wire contract, or checks it. The tools come from tools/go.mod.
#
#   generate.sh           write the generated code
#   generate.sh check     fail if the committed code is not what would be generated, if the contract breaks the lint
#                         rules, or if it breaks what the last released form (released/v1.binpb) promised
#   generate.sh release   make the present contract the released form; only when a release is made
set -eu
cd "$(dirname "$0")"
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

(cd ../../tools && GOBIN=$work go install \
	github.com/bufbuild/buf/cmd/buf \
	google.golang.org/protobuf/cmd/protoc-gen-go \
	google.golang.org/grpc/cmd/protoc-gen-go-grpc)
PATH=$work:$PATH

case ${1:-write} in
write)
	buf generate
	;;
check)
	buf lint
	buf breaking --against released/v1.binpb
	mkdir "$work/out"
	buf generate -o "$work/out"
	for made in "$work"/out/s3credentials/backend/v1/*.go; do
		if ! diff -u "$here/s3credentials/backend/v1/$(basename "$made")" "$made"; then
			echo "the generated code is not current: run make generate" >&2
			exit 1
		fi
	done
	;;
release)
	mkdir -p released
	buf build -o released/v1.binpb
	;;
*)
	echo "usage: generate.sh [check|release]" >&2
	exit 2
	;;
esac
