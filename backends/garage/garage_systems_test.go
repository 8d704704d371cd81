//go:build systems

package garage

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }
