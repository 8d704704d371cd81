package host_test

import (
	"context"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// BenchmarkStart measures what every command pays for its plugin: start, open, describe, end. It is why the socket is
// protected by its folder and not by certificates.
func BenchmarkStart(b *testing.B) {
	path := program(b, "fine")
	for name, o := range map[string]host.Options{"socket in a private folder": {}, "AutoMTLS": host.WithAutoMTLS} {
		o.Path = path
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p, err := host.Launch(context.Background(), o)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := p.Open(context.Background(), driver.Config{}); err != nil {
					b.Fatal(err)
				}
				_ = p.Close()
			}
		})
	}
}
