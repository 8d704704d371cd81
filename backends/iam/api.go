// Package iam is the part of a backend that systems with the APIs of IAM and STS share: users, access keys, policies, roles and sessions,
// over AWS's SDK. A backend embeds an [API], which embeds the Store of package backends/s3, and overrides what its system does otherwise.
package iam

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// API implements driver.Identity and driver.Policy, and through its Store the rest.
type API struct {
	*s3.Store

	// Description is the backend's. Its names and limits are checked before a request is sent.
	Description driver.Description

	// IAM and STS are the clients, each made when it is first called: most commands need one of the two.
	IAM func() *iam.Client
	STS func() *sts.Client
}

// New returns the API beside a Store. The options are for the client of IAM.
func New(store *s3.Store, options ...func(*iam.Options)) *API {
	at := func(o *iam.Options) { o.BaseEndpoint = store.EndpointOr(o.BaseEndpoint) }
	return &API{
		Store: store,
		IAM: sync.OnceValue(func() *iam.Client {
			return iam.NewFromConfig(store.Config.Config, append([]func(*iam.Options){at}, options...)...)
		}),
		STS: sync.OnceValue(func() *sts.Client {
			return sts.NewFromConfig(store.Config.Config, func(o *sts.Options) { o.BaseEndpoint = store.EndpointOr(o.BaseEndpoint) })
		}),
	}
}

// OnAWS reports whether requests to IAM go to AWS itself.
func (a *API) OnAWS() bool { return a.IAM().Options().BaseEndpoint == nil }

// Describe returns the backend's description.
func (a *API) Describe(context.Context) (driver.Description, error) { return a.Description, nil }
