package cli

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// occurrence is one option as it stands on the command line.
type occurrence struct {
	option *Option
	// value is empty for an option without one.
	value string
}

// tokens are the parts of a command line.
type tokens struct {
	options     []occurrence
	positionals []string
	help        bool
}

// concealed stands in a record for a value that is secret.
const concealed = "***"

// record is what was typed, options first, without what is secret.
func (t *tokens) record() []string {
	var words []string
	for _, o := range t.options {
		words = append(words, "--"+o.option.Name)
		switch {
		case o.option.IsFlag() && o.value != "":
			words[len(words)-1] += "=" + o.value
		case o.option.IsFlag():
		case o.option.Secret:
			words = append(words, concealed)
		default:
			words = append(words, o.value)
		}
	}
	return append(words, t.positionals...)
}

// tokenizer splits command lines the way click does: options before, between and after arguments; --name value,
// --name=value, -n value, -nvalue, clusters such as -cd 15m; "-" is an argument, and "--" makes arguments of all that follows.
type tokenizer struct {
	long, short map[string]*Option
	out         tokens
}

// tokenize splits the arguments after the command's name.
func tokenize(options []*Option, args []string) (tokens, error) {
	t := &tokenizer{long: map[string]*Option{}, short: map[string]*Option{}}
	for _, o := range options {
		t.long[o.Name] = o
		if o.Short != "" {
			t.short[o.Short] = o
		}
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		var err error
		switch {
		case arg == "--":
			t.out.positionals = append(t.out.positionals, args...)
			args = nil
		case strings.HasPrefix(arg, "--"):
			args, err = t.longOption(arg[2:], args)
		case strings.HasPrefix(arg, "-") && arg != "-":
			args, err = t.shortOptions(arg[1:], args)
		default:
			t.out.positionals = append(t.out.positionals, arg)
		}
		if err != nil {
			return tokens{}, err
		}
	}
	return t.out, nil
}

// longOption reads --name, --name=value or --name followed by its value, and returns what is left.
func (t *tokenizer) longOption(arg string, rest []string) ([]string, error) {
	name, value, explicit := strings.Cut(arg, "=")
	if name == "help" && !explicit {
		t.out.help = true
		return rest, nil
	}
	o, ok := t.long[name]
	switch {
	case !ok && name == "help":
		return nil, Usagef("Option '--help' does not take a value.")
	case !ok:
		return nil, Usagef("No such option '--%s'.%s", name, didYouMean("--"+name, t.names()))
	case o.IsFlag() && explicit && len(o.Choices) > 0 && !slices.Contains(o.Choices, value):
		return nil, Usagef("Option '--%s' takes no value but %s.", name, strings.Join(o.Choices, ", "))
	case o.IsFlag() && explicit && len(o.Choices) == 0:
		return nil, Usagef("Option '--%s' does not take a value.", name)
	case o.IsFlag() || explicit:
		t.add(o, value)
		return rest, nil
	}
	return t.valueFrom(rest, o, "--"+name)
}

// shortOptions reads a cluster: letters without a value, the last of which may have one, joined or following.
func (t *tokenizer) shortOptions(cluster string, rest []string) ([]string, error) {
	whole := cluster
	for cluster != "" {
		_, size := utf8.DecodeRuneInString(cluster)
		letter := cluster[:size]
		cluster = cluster[size:]
		o, ok := t.short[letter]
		switch {
		case !ok && letter == "h":
			t.out.help = true
		case !ok:
			return nil, Usagef("No such option '-%s'.%s", letter, t.didYouMeanLong(whole))
		case o.IsFlag():
			t.add(o, "")
		case cluster != "":
			t.add(o, cluster)
			return rest, nil
		default:
			return t.valueFrom(rest, o, "-"+letter)
		}
	}
	return rest, nil
}

// valueFrom takes the next word as the option's value, whatever it looks like: "-" and "-x" are values too.
func (t *tokenizer) valueFrom(rest []string, o *Option, spelled string) ([]string, error) {
	if len(rest) == 0 {
		return nil, Usagef("Option '%s' requires an argument.", spelled)
	}
	t.add(o, rest[0])
	return rest[1:], nil
}

// didYouMeanLong suggests --csv for -csv.
func (t *tokenizer) didYouMeanLong(cluster string) string {
	name, _, _ := strings.Cut(cluster, "=")
	if t.long[name] == nil && name != "help" {
		return ""
	}
	return " Did you mean '--" + name + "'?"
}

func (t *tokenizer) add(o *Option, value string) {
	t.out.options = append(t.out.options, occurrence{o, value})
}

// names returns every long option as it is typed.
func (t *tokenizer) names() []string {
	names := []string{"--help"}
	for name := range t.long {
		names = append(names, "--"+name)
	}
	slices.Sort(names)
	return names
}
