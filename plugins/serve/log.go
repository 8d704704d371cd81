package serve

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"

	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// level is that of the log which the host asks for.
func level() hclog.Level {
	if level := hclog.LevelFromString(os.Getenv(wire.EnvLog)); level != hclog.NoLevel {
		return level
	}
	return hclog.Warn
}

// logger is made once, before go-plugin replaces os.Stderr.
var logger = sync.OnceValue(func() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Level: level(), Output: os.Stderr, JSONFormat: true})
})

// frameLogger is go-plugin's, which has nothing to say to who looks for what went wrong with a system.
func frameLogger() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Level: max(level(), hclog.Warn), Output: os.Stderr, JSONFormat: true})
}

// callLogger is what calls log to, in the same form as logger. It is made before go-plugin replaces os.Stderr, too: what is written there
// reaches the host before the answer of the call.
func callLogger() *slog.Logger {
	least := slog.LevelWarn
	switch level() {
	case hclog.Trace, hclog.Debug:
		least = slog.LevelDebug
	case hclog.Info:
		least = slog.LevelInfo
	case hclog.Error, hclog.Off:
		least = slog.LevelError
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: least, ReplaceAttr: inHclog}))
}

// inHclog gives the attributes that every line has the names that they have in the JSON of hclog.
func inHclog(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		a.Key = "@timestamp"
	case slog.LevelKey:
		return slog.String("@level", strings.ToLower(a.Value.String()))
	case slog.MessageKey:
		a.Key = "@message"
	}
	return a
}

func logPanic(method string, reason any, stack []byte) {
	logger().Error("panic in a call", "method", method, "reason", fmt.Sprint(reason))
	logger().Debug("stack of the panic", "stack", string(stack))
}
