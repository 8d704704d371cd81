package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// corsSetter is set-cors-policy with its options.
type corsSetter struct {
	change
	methods, headers, origins, expose []string
	maxAge                            *int
}

func newSetCORSPolicy() *cli.Command {
	s := &corsSetter{}
	return &cli.Command{
		Name:    "set-cors-policy",
		Summary: "Set CORS policy for a bucket",
		Needs:   []driver.Capability{driver.CapBucketCORS},
		Examples: []cli.Example{
			{Purpose: "To allow GET requests from any origin", Line: "s3-credentials set-cors-policy my-bucket"},
			{
				Purpose: "To allow GET and PUT from a specific origin and expose ETag headers",
				Line: "s3-credentials set-cors-policy my-bucket \\\n  --allowed-method GET \\\n  --allowed-method PUT \\\n" +
					"  --allowed-origin https://www.example.com/ \\\n  --expose-header ETag",
			},
		},
		Args: []cli.Arg{bucketArg},
		Options: append([]cli.Option{
			cli.Texts(&s.methods, "allowed-method", "Allowed method e.g. GET").WithShort("m"),
			cli.Texts(&s.headers, "allowed-header", "Allowed header e.g. Authorization").WithShort("h"),
			cli.Texts(&s.origins, "allowed-origin", "Allowed origin e.g. https://www.example.com/").WithShort("o"),
			cli.Texts(&s.expose, "expose-header", "Header to expose e.g. ETag").WithShort("e"),
			cli.Number(&s.maxAge, "max-age-seconds", "How long to cache preflight requests"),
		}, s.options()...),
		Check: s.check,
		Run:   s.run,
	}
}

func (s *corsSetter) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	cors := &driver.CORS{Rules: []driver.CORSRule{s.rule()}}
	plan, err := s.settingPlan(ctx, env, engine, args[0], driver.BucketSetting{CORS: cors})
	if err == nil {
		would := fmt.Sprintf("Would set the CORS policy of bucket '%s':\n%s", args[0], orderedjson.Indented(corsValue(cors), 4))
		err = s.carryOut(ctx, env, engine, settingProposal(env, plan, would, ""))
	}
	if errors.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "bucket %s does not exist", args[0])
	}
	return err
}

// rule returns the rule that replaces the bucket's rules.
func (s *corsSetter) rule() driver.CORSRule {
	rule := driver.CORSRule{
		ID:             "set-by-s3-credentials",
		AllowedHeaders: s.headers, AllowedMethods: s.methods, AllowedOrigins: s.origins, ExposeHeaders: s.expose,
		MaxAgeSeconds: s.maxAge,
	}
	if len(rule.AllowedMethods) == 0 {
		rule.AllowedMethods = []string{"GET"}
	}
	if len(rule.AllowedOrigins) == 0 {
		rule.AllowedOrigins = []string{"*"}
	}
	return rule
}
