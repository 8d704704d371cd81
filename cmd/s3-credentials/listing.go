package main

import (
	"iter"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/output"
)

// once is names without repetitions.
func once(names []string) []string {
	var all []string
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// listing has the format options of all listings.
type listing struct {
	// asked says for each format, by its name, whether its option is given.
	asked map[string]*bool
	// standard is the name of the default format.
	standard string
	// shown are the columns of --table, the most important first; nil means those of CSV.
	shown []string
}

func (l *listing) options() []cli.Option {
	l.asked = map[string]*bool{}
	var options []cli.Option
	for _, f := range output.Formats {
		if f.Name != "" {
			l.asked[f.Name] = new(bool)
			options = append(options, cli.Flag(l.asked[f.Name], f.Name, f.Help))
		}
	}
	return cli.Under("Output", options...)
}

// given returns the formats whose options are given, by precedence.
func (l *listing) given() []output.Format {
	given := slices.DeleteFunc(slices.Clone(output.Formats), func(f output.Format) bool { return f.Name == "" || !*l.asked[f.Name] })
	slices.SortFunc(given, func(a, b output.Format) int { return a.Precedence - b.Precedence })
	return given
}

// check refuses an exclusive format together with another. It implements cli.Command.Check.
func (l *listing) check([]string) error {
	given := l.given()
	if len(given) < 2 || given[0].Precedence > 0 {
		return nil
	}
	var others []string
	for _, f := range output.Formats {
		if f.Name != "" && f.Name != given[0].Name {
			others = append(others, "--"+f.Name)
		}
	}
	last := len(others) - 1
	return cli.Usagef("--%s cannot be used with %s or %s.", given[0].Name, strings.Join(others[:last], ", "), others[last])
}

// format returns the selected format; of several, the one that the Python tool would take.
func (l *listing) format() output.Format {
	if given := l.given(); len(given) > 0 {
		return given[0]
	}
	at := slices.IndexFunc(output.Formats, func(f output.Format) bool { return f.Name == l.standard })
	return output.Formats[at]
}

// printRows prints items as they arrive. Headers are the columns of CSV and TSV.
func printRows[T any](env *cli.Env, l *listing, headers []string, items iter.Seq2[T, error], row func(T) (orderedjson.Object, error)) error {
	screen, format, out := env.Screen(), l.format(), env.Stdout
	if format.Printable {
		out = env.Exact()
	}
	rows := format.Start(out, output.Layout{Columns: headers, Shown: l.shown, Width: screen.Width, Bold: screen.Styled})
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

// asIs is the row function for items that are rows already.
func asIs(row orderedjson.Object) (orderedjson.Object, error) { return row, nil }

// asRow adapts a row function that cannot fail.
func asRow[T any](row func(T) orderedjson.Object) func(T) (orderedjson.Object, error) {
	return func(item T) (orderedjson.Object, error) { return row(item), nil }
}

// yielded is a listing of what is there already.
func yielded[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}
