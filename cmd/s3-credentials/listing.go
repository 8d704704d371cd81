package main

import (
	"iter"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/output"
	"github.com/s3-credentials/s3-credentials/internal/table"
)

// listing is how a list is printed: the options that all listings have.
type listing struct {
	nl, csv, tsv, table bool
	// shown are the columns of --table, the most important first; without them those of CSV are.
	shown []string
}

// options returns the options that choose the format.
func (l *listing) options() []cli.Option {
	return []cli.Option{
		cli.Flag(&l.nl, "nl", "Output newline-delimited JSON"),
		cli.Flag(&l.csv, "csv", "Output CSV"),
		cli.Flag(&l.tsv, "tsv", "Output TSV"),
		cli.Flag(&l.table, "table", "Output a table that fits the terminal's width: what is too long is cut short, and columns for "+
			"which there is no room are left out"),
	}
}

// check refuses a table together with something else. It has the shape of cli.Command.Check.
func (l *listing) check([]string) error {
	if l.table && (l.nl || l.csv || l.tsv) {
		return cli.Usagef("--table cannot be used with --nl, --csv or --tsv.")
	}
	return nil
}

// format returns what was asked for; where several were, the one that the Python tool takes.
func (l *listing) format() output.Format {
	switch {
	case l.nl:
		return output.NL
	case l.tsv:
		return output.TSV
	case l.csv:
		return output.CSV
	}
	return output.JSON
}

// rowPrinter prints a listing as it comes.
type rowPrinter interface {
	Write(orderedjson.Object) error
	// Close ends a listing that is whole, Abandon one that is not.
	Close() error
	Abandon()
}

// printer returns what prints in the format that was asked for.
func (l *listing) printer(env *cli.Env, headers []string) rowPrinter {
	if !l.table {
		return output.NewRows(env.Stdout, l.format(), headers)
	}
	if l.shown != nil {
		headers = l.shown
	}
	screen := env.Screen()
	return &tableRows{headers, table.New(env.Stdout, table.Options{Headers: headers, Width: screen.Width, Bold: screen.Styled})}
}

// tableRows prints a table.
type tableRows struct {
	headers []string
	table   *table.Writer
}

func (t *tableRows) Write(row orderedjson.Object) error {
	cells := make([]table.Cell, len(t.headers))
	for i, name := range t.headers {
		value, _ := row.Get(name)
		cells[i] = output.Cell(value)
	}
	return t.table.Write(cells)
}

func (t *tableRows) Close() error { return t.table.Close() }

func (t *tableRows) Abandon() { t.table.Abandon() }

// printRows prints items one by one, as they come. Headers are the columns of CSV and TSV.
func printRows[T any](env *cli.Env, l *listing, headers []string, items iter.Seq2[T, error], row func(T) (orderedjson.Object, error)) error {
	rows := l.printer(env, headers)
	for item, err := range items {
		var object orderedjson.Object
		if err == nil {
			object, err = row(item)
		}
		if err == nil {
			err = rows.Write(object)
		}
		if err != nil {
			rows.Abandon()
			return err
		}
	}
	return rows.Close()
}

// asRow makes a row function of one that cannot fail.
func asRow[T any](row func(T) orderedjson.Object) func(T) (orderedjson.Object, error) {
	return func(item T) (orderedjson.Object, error) { return row(item), nil }
}
