package main

import (
	"iter"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/output"
)

// listing is how a list is printed: the options that all listings have.
type listing struct{ nl, csv, tsv bool }

// options returns the options that choose the format.
func (l *listing) options() []cli.Option {
	return []cli.Option{
		cli.Flag(&l.nl, "nl", "Output newline-delimited JSON"),
		cli.Flag(&l.csv, "csv", "Output CSV"),
		cli.Flag(&l.tsv, "tsv", "Output TSV"),
	}
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

// printRows prints items one by one, as they come. Headers are the columns of CSV and TSV.
func printRows[T any](env *cli.Env, l *listing, headers []string, items iter.Seq2[T, error], row func(T) (output.Object, error)) error {
	rows := output.NewRows(env.Stdout, l.format(), headers)
	for item, err := range items {
		var object output.Object
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
func asRow[T any](row func(T) output.Object) func(T) (output.Object, error) {
	return func(item T) (output.Object, error) { return row(item), nil }
}
