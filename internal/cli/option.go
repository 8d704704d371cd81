package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Option is one option of a command.
type Option struct {
	// Name is the long name without its dashes; Short the single letter, empty where there is none.
	Name, Short string
	// Group is the heading in --help that the option stands under; empty for that of the command's own options.
	Group string
	// Metavar stands for the value in --help: TEXT, INTEGER; empty for an option without a value. One that has choices all the same takes
	// them as --name=choice.
	Metavar string
	Help    string
	// Set takes the value that the user gave, and refuses what cannot be right.
	Set func(value string) error
	// Choices are the only values, where there are only some.
	Choices []string
	// Required says that the command cannot run without it.
	Required bool
	// Repeated says that it may be given more than once.
	Repeated bool
	// Configurable says that the environment (PROGRAM_NAME) and the config file may set it. Never for an option
	// that can widen access or destroy something: those are typed each time.
	Configurable bool
	// Secret says that the value must not stand in any record.
	Secret bool
	// CheckElsewhere, if set, refuses values that only the command line may give.
	CheckElsewhere func(value string) error
	// MayBeEmpty says that an empty value on the command line is as good as none. Elsewhere it most likely is a variable of a
	// shell that is not set, and to go on without the option would do something else than was asked for.
	MayBeEmpty bool
	// Complete says what a shell can offer for the value.
	Complete Complete
	// Needs are the capabilities without which the backend cannot do what the option asks for.
	Needs []driver.Capability
	// Uses are the capabilities without which the option does less.
	Uses []driver.Capability
}

// IsFlag reports whether the option needs no value.
func (o *Option) IsFlag() bool { return o.Metavar == "" }

// Spelled returns the option as users know it: '-d' / '--duration'.
func (o *Option) Spelled() string {
	if o.Short == "" {
		return "'--" + o.Name + "'"
	}
	return "'-" + o.Short + "' / '--" + o.Name + "'"
}

// Usage returns the option as it stands in --help: -d, --duration DURATION.
func (o *Option) Usage() string {
	usage := "--" + o.Name
	if o.Short != "" {
		usage = "-" + o.Short + ", " + usage
	}
	switch {
	case o.longChoices():
		usage += " " + strings.ToUpper(o.Name)
	case o.Metavar != "":
		usage += " " + o.Metavar
	case len(o.Choices) > 0:
		usage += "[=" + strings.Join(o.Choices, "|") + "]"
	}
	return usage
}

// longChoices reports whether the choices are more than fits into a usage line.
func (o *Option) longChoices() bool { return len(o.Choices) > 0 && len(o.Metavar) > helpWidth/2 }

// Description returns what --help says of the option.
func (o *Option) Description() string {
	text := o.Help
	if o.longChoices() {
		text += "; one of " + strings.Join(o.Choices, ", ")
	}
	if o.Required {
		text += "  [required]"
	}
	return text
}

// Under puts options under a heading in --help.
func Under(heading string, options ...Option) []Option {
	for i := range options {
		options[i].Group = heading
	}
	return options
}

// OptionGroups returns options in groups: those of the command's own first, then those of each heading.
func OptionGroups(options []Option) [][]Option {
	groups := [][]Option{nil}
	for _, o := range options {
		at := slices.IndexFunc(groups, func(g []Option) bool { return len(g) > 0 && g[0].Group == o.Group })
		switch {
		case o.Group == "":
			groups[0] = append(groups[0], o)
		case at > 0:
			groups[at] = append(groups[at], o)
		default:
			groups = append(groups, []Option{o})
		}
	}
	return groups
}

// WithShort gives the option a short name.
func (o Option) WithShort(letter string) Option { o.Short = letter; return o }

// Showing sets what stands for the value in --help.
func (o Option) Showing(metavar string) Option { o.Metavar = metavar; return o }

// FromConfig lets the environment and the config file set the option.
func (o Option) FromConfig() Option { o.Configurable = true; return o }

// Concealed keeps the value out of records.
func (o Option) Concealed() Option { o.Secret = true; return o }

// CheckedElsewhere lets the environment and the config file give only what check accepts.
func (o Option) CheckedElsewhere(check func(value string) error) Option {
	o.CheckElsewhere = check
	return o
}

// OrEmpty lets the command line give an empty value, which is as good as none.
func (o Option) OrEmpty() Option { o.MayBeEmpty = true; return o }

// MustBeGiven makes the option required.
func (o Option) MustBeGiven() Option { o.Required = true; return o }

// Completing says what a shell can offer for the value.
func (o Option) Completing(c Complete) Option { o.Complete = c; return o }

// Needing says which capabilities the option asks of the backend.
func (o Option) Needing(c ...driver.Capability) Option { o.Needs = c; return o }

// Using says for which parts of what the option does the backend has to have a capability.
func (o Option) Using(c ...driver.Capability) Option { o.Uses = c; return o }

// Flag is an option without a value.
func Flag(p *bool, name, help string) Option { return Parsed(p, name, "", help, parseTruth) }

// FlagOr is an option without a value, for which *p is "on", or with one of a few, as --name=choice.
func FlagOr(p *string, name, help string, choices ...string) Option {
	o := Parsed(p, name, "", help, func(s string) (string, error) {
		if slices.Contains(choices, s) {
			return s, nil
		}
		on, err := parseTruth(s)
		if on {
			return "on", nil
		}
		return "", err
	})
	o.Choices = choices
	return o
}

// Text is an option with any value.
func Text(p *string, name, help string) Option {
	return Parsed(p, name, "TEXT", help, func(s string) (string, error) { return s, nil })
}

// Texts is an option that may be given more than once.
func Texts(p *[]string, name, help string) Option {
	o := Parsed(p, name, "TEXT", help, func(s string) ([]string, error) { return append(*p, s), nil })
	o.Repeated = true
	return o
}

// Number is an option with a whole number; the pointer stays nil where it is not given.
func Number(p **int, name, help string) Option {
	return Parsed(p, name, "INTEGER", help, func(s string) (*int, error) {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("'%s' is not a whole number", s)
		}
		return &n, nil
	})
}

// Truth is an option whose value is true or false; the pointer stays nil where it is not given.
func Truth(p **bool, name, help string) Option {
	return Parsed(p, name, "BOOLEAN", help, func(s string) (*bool, error) {
		b, err := parseTruth(s)
		return &b, err
	})
}

// Choice is an option with one of a few values. *p holds the default.
func Choice(p *string, name, help string, choices ...string) Option {
	o := Parsed(p, name, "["+strings.Join(choices, "|")+"]", help, func(s string) (string, error) {
		if !slices.Contains(choices, s) {
			return "", errors.New("'" + s + "' is not one of '" + strings.Join(choices, "', '") + "'.")
		}
		return s, nil
	})
	o.Choices = choices
	return o
}

// Parsed is an option whose value is checked, and made into something else, by parse.
func Parsed[T any](p *T, name, metavar, help string, parse func(string) (T, error)) Option {
	return Option{Name: name, Metavar: metavar, Help: help, Set: func(s string) error {
		value, err := parse(s)
		if err == nil {
			*p = value
		}
		return err
	}}
}

// parseTruth accepts what click accepts.
func parseTruth(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "1", "true", "t", "yes", "y", "on":
		return true, nil
	case "0", "false", "f", "no", "n", "off", "":
		return false, nil
	}
	return false, errors.New("'" + s + "' is not a valid boolean. Recognized values: true, false, yes, no, on, off, 1, 0")
}
