package garage

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
)

// signForItsRegion makes the client sign for the server's region: it accepts no other, and says which it is.
func (b *backend) signForItsRegion() {
	plain := b.Client
	b.Client = sync.OnceValue(func() *s3.Client {
		return s3.New(plain().Options(), func(o *s3.Options) { o.EndpointResolverV2 = &resolver{b, s3.NewDefaultEndpointResolverV2()} })
	})
}

// resolver resolves the endpoint for the server's region.
type resolver struct {
	backend *backend
	next    s3.EndpointResolverV2
}

// ResolveEndpoint is called before a request is signed.
func (r *resolver) ResolveEndpoint(ctx context.Context, params s3.EndpointParameters) (smithyendpoints.Endpoint, error) {
	region, err := r.backend.serverRegion(ctx)
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	if region != "" {
		params.Region = aws.String(region)
	}
	return r.next.ResolveEndpoint(ctx, params)
}

// serverRegion asks without credentials, once: the refusal names the region. It is empty for a server that does not say.
func (b *backend) serverRegion(ctx context.Context) (string, error) {
	b.region.Lock()
	defer b.region.Unlock()
	if b.region.name != "" || b.EndpointURL() == "" {
		return b.region.name, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.EndpointURL()+"/", nil)
	if err != nil {
		return "", err
	}
	answer, err := b.HTTPClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body) // its size is bounded by the client
	if err != nil {
		return "", err
	}
	var refusal struct {
		Region string `xml:"Region"`
	}
	_ = xml.Unmarshal(body, &refusal) // what is no refusal names no region
	b.region.name = refusal.Region
	return refusal.Region, nil
}
