package connect

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// generic is the backend of systems that are not known.
const generic = "aws"

// Explain implements cli.Session: where a backend was asked for, and the system refuses what is no matter of permissions, it looks whether the
// system is another one than that backend's.
func (s *Session) Explain(ctx context.Context, err error) error {
	if s.Backend == "" || s.engine == nil || fault.ServiceOf(err) == nil || errors.Is(err, fault.PermissionDenied) || errors.Is(err, fault.NotFound) {
		return err
	}
	options, optionsErr := s.HostOptions(io.Discard)
	config := s.Config()
	config.EndpointURL = s.engine.Description().EndpointURL
	if optionsErr != nil || config.EndpointURL == "" {
		return err
	}
	name, failed := host.Recognize(ctx, options, config)
	if failed != nil || name == s.Backend || name == generic {
		return err
	}
	return fmt.Errorf("%w; the system there is one for the backend %s: leave out --backend, which is %s", err, name, s.Backend)
}
