package host

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// envDebug asks for the whole log, in programs that have no option for it.
const envDebug = "S3_CREDENTIALS_DEBUG"

// logger is what the host and its plugins log to: the one of the options, else one that a variable asks for; nil for none.
func (o Options) logger() *slog.Logger {
	if o.Logger != nil {
		return slog.New(driver.Redacting(o.Logger.Handler()))
	}
	level, ok := levels[strings.ToLower(os.Getenv(wire.EnvLog))]
	if all, _ := strconv.ParseBool(os.Getenv(envDebug)); all {
		level, ok = slog.LevelDebug, true
	}
	if !ok {
		return nil
	}
	w := o.Log
	if w == nil {
		w = os.Stderr
	}
	return slog.New(driver.Redacting(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})))
}

// logging is a context whose requests are logged, and its logger.
func (o Options) logging(ctx context.Context) (context.Context, *slog.Logger) {
	if logger := o.logger(); logger != nil {
		ctx = driver.WithLogger(ctx, logger)
	}
	return ctx, driver.Logger(ctx)
}

// levels are the levels of hclog, which lines of plugins and the variable S3_CREDENTIALS_LOG name.
var levels = map[string]slog.Level{
	"trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

// levelFor is the level that a plugin is told where its log is shown, given the one that the user has asked for.
func levelFor(asked string) string {
	if strings.EqualFold(asked, "trace") {
		return asked
	}
	return "debug"
}
