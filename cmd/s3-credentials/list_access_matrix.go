package main

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/output"
)

// printMatrix prints a line for each user and a column for each bucket. None is left out for want of room: a bucket that is not shown
// would look like one that nobody reaches.
func (l *accessLister) printMatrix(ctx context.Context, env *cli.Env, engine *core.Engine) error {
	buckets := l.wanted.Buckets
	if len(buckets) == 0 {
		for b, err := range engine.ListBuckets(ctx) {
			if err != nil {
				return err
			}
			buckets = append(buckets, b.Name)
		}
	}
	lines := l.list.format().Start(env.Exact(), output.Layout{Columns: append([]string{"User"}, buckets...), Bold: env.Screen().Styled})
	for line, err := range matrixOf(engine.ListAccess(ctx, l.wanted), buckets) {
		if err == nil {
			err = lines.Write(line)
		}
		if err != nil {
			lines.Abandon()
			return err
		}
	}
	return lines.Close()
}

// matrixOf makes a line of the rows of each user, which follow each other. Who reaches nothing has none.
func matrixOf(rows iter.Seq2[core.AccessRow, error], buckets []string) iter.Seq2[orderedjson.Object, error] {
	return func(yield func(orderedjson.Object, error) bool) {
		var current *matrixLine
		unknown := map[string]bool{}
		for r, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			user := namedUser(r)
			if current != nil && current.user != user {
				if !yield(current.row(buckets, unknown), nil) {
					return
				}
				current = nil
			}
			if current == nil {
				current = &matrixLine{user: user, cells: map[string]matrixCell{}}
			}
			current.add(r, unknown)
		}
		if current != nil {
			yield(current.row(buckets, unknown), nil)
		}
	}
}

// matrixLine is what one user reaches, by bucket.
type matrixLine struct {
	user  string
	cells map[string]matrixCell
	// unknown says that something is unknown that is about every bucket.
	unknown bool
}

// matrixCell is the sum of what a user may do in a bucket.
type matrixCell struct {
	// access is all, always what does not depend on a condition.
	access, always policy.Access
	// further and partly say that there are other actions, and prefixes that differ.
	further, partly bool
}

// add adds a row. What is unknown of a bucket is a row of everybody's, who come first, and counts for all users.
func (l *matrixLine) add(r core.AccessRow, unknown map[string]bool) {
	if r.Unknown != "" {
		l.unknown = l.unknown || r.Bucket == ""
		unknown[r.Bucket] = unknown[r.Bucket] || r.Bucket != "" && r.Anyone
		return
	}
	cell := l.cells[r.Bucket]
	cell.access |= r.Access
	cell.further = cell.further || len(r.Actions) > 0
	if r.Conditions() == "" {
		cell.always |= r.Access
	}
	cell.partly = cell.partly || r.Prefix != "*"
	l.cells[r.Bucket] = cell
}

func (l *matrixLine) row(buckets []string, unknown map[string]bool) orderedjson.Object {
	row := orderedjson.Object{{Name: "User", Value: l.user}}
	for _, bucket := range buckets {
		row.Add(bucket, l.cells[bucket].text(l.unknown || unknown[bucket]))
	}
	return row
}

func (c matrixCell) text(unknown bool) string {
	text := c.access.Short()
	if c.access == 0 && c.further {
		text = "+"
	}
	for _, mark := range []struct {
		is   bool
		text string
	}{{c.partly, "/"}, {c.access != c.always, "*"}, {unknown, "?"}} {
		if mark.is {
			text += mark.text
		}
	}
	if text == "" {
		return "-"
	}
	return text
}
