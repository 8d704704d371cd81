package host

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/mcalias"
)

// Connect opens the backend that the configuration needs: o.Name's, if set; else the one that it detects by one request to the
// endpoint without credentials. The endpoint is the configuration's, else that of an alias of MinIO's client which the profile names,
// else what AWS's SDK finds in the environment and in its files; without any, the backend is "aws". The driver's Close ends the
// plugin, and the driver is a [driver.Reopener]. The errors are those of the detection, of [Launch] and of the backend's Open:
//   - InvalidArgument: the endpoint is no http or https URL, or does not answer as S3 does; o.Name is no backend's name;
//     or the backend refuses the configuration;
//   - Unavailable: the endpoint does not answer, or the plugin is missing, does not start, or does not open in time;
//   - FailedPrecondition: the plugin is not the pinned file, or somebody else could have put it there.
func Connect(ctx context.Context, o Options, config driver.Config) (driver.Driver, error) {
	_, log := o.logging(ctx)
	switch {
	case o.Name != "" || o.Path != "":
		log.Debug("backend", "name", cmp.Or(o.Name, nameOf(o.Path)), "why", "it was asked for")
		return open(ctx, o, config)
	case config.EndpointURL == "":
		return connectConfigured(ctx, o, config)
	}
	found, err := detect(ctx, o, config.EndpointURL, config)
	if err != nil {
		return nil, err
	}
	log.Debug("backend", "name", found.name, "why", found.why, "endpoint", config.EndpointURL)
	o.Name, config.Region = found.name, cmp.Or(config.Region, found.region)
	return open(ctx, o, config)
}

// connectConfigured connects where the configuration does not say where. AWS's backend has the SDK, which knows.
func connectConfigured(ctx context.Context, o Options, config driver.Config) (driver.Driver, error) {
	_, log := o.logging(ctx)
	onAWS := o
	onAWS.Name = "aws"
	log.Debug("backend", "name", onAWS.Name, "why", "no endpoint was named, and AWS's SDK finds one if there is one")
	d, err := open(ctx, onAWS, config)
	if alias, ok := mcalias.Find(config.Profile); ok && errors.Is(err, fault.InvalidArgument) {
		log.Debug("endpoint", "url", alias.URL, "from", "the alias of mc", "alias", config.Profile, "with_key", alias.AccessKey != "")
		return Connect(ctx, o, aliased(config, alias))
	}
	if err != nil {
		return nil, err
	}
	description, err := d.Describe(ctx)
	if err == nil && (description.EndpointURL == "" || isAmazons(description.EndpointURL)) {
		return d, nil
	}
	var found detected
	if err == nil {
		log.Debug("endpoint", "url", description.EndpointURL, "from", "the environment or the files of AWS's SDK")
		found, err = detect(ctx, o, description.EndpointURL, config)
	}
	if err == nil {
		log.Debug("backend", "name", found.name, "why", found.why, "endpoint", description.EndpointURL)
	}
	if err == nil && found.name == onAWS.Name {
		return d, nil
	}
	_ = d.Close()
	if err != nil {
		return nil, err
	}
	o.Name, config.EndpointURL, config.Region = found.name, description.EndpointURL, cmp.Or(config.Region, found.region)
	return open(ctx, o, config)
}

// aliased is the configuration of an alias. Its key is for its endpoint alone.
func aliased(config driver.Config, alias mcalias.Alias) driver.Config {
	config.Profile, config.EndpointURL = "", alias.URL
	if config.Credentials == nil && alias.AccessKey != "" {
		config.Credentials = &driver.Credentials{AccessKeyID: alias.AccessKey, SecretAccessKey: alias.SecretKey, SessionToken: alias.SessionToken}
	}
	return config
}

// isAmazons reports whether an endpoint is one of AWS's own, which need not be asked what it is.
func isAmazons(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"} {
		if strings.HasSuffix(u.Hostname(), domain) {
			return true
		}
	}
	return false
}

// open launches the plugin and opens its backend.
func open(ctx context.Context, o Options, config driver.Config) (driver.Driver, error) {
	o.bundle = config.CABundle
	p, err := Launch(ctx, o)
	if err != nil {
		return nil, err
	}
	return connect(ctx, p, config)
}

// As opens the backend of a driver of [Connect] once more, at the same endpoint with other credentials. The errors are those of [Launch]
// and of the backend's Open.
func As(ctx context.Context, d driver.Driver, credentials driver.Credentials) (driver.Driver, error) {
	like, ok := d.(*connected)
	if !ok {
		return nil, fault.New(fault.InvalidArgument, "the driver is not one of host.Connect")
	}
	config := like.config
	config.Credentials = &credentials
	return open(ctx, like.plugin.options, config)
}
