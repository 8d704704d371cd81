//go:build systems

package decisions

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

var (
	texts  = []string{"StringEquals", "StringLike", "StringEqualsIgnoreCase", "StringNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase"}
	orders = []string{"Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"}
)

// conditions are one or two conditions that hold for some requests.
func (g generator) conditions(s policy.Statement) map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for range 1 + g.IntN(2) {
		var operator, key string
		var values []string
		if g.listing(s) && !g.oneIn(3) {
			operator, key, values = g.ofListings()
		} else {
			operator, key, values = g.ofAll()
		}
		if all[operator] == nil {
			all[operator] = map[string][]string{}
		}
		all[operator][g.fold(key)] = values
	}
	return all
}

// listing reports whether the statement can have conditions on what a listing asks for.
func (g generator) listing(s policy.Statement) bool {
	known := []string{"s3:*", "s3:List*", "s3:ListBucket", "s3:L?stBucket", "s3:*Bucket", "s3:*t*"}
	return g.has(foreignKeys) || !slices.ContainsFunc(s.Action, func(a string) bool { return !slices.Contains(known, a) })
}

// ofListings is a condition on a parameter of a listing.
func (g generator) ofListings() (operator, key string, values []string) {
	switch g.IntN(6) {
	case 0, 1:
		return g.ifExists("Numeric" + pick(g, g.with(notEqual, orders, "NotEquals")...)), "s3:max-keys", g.values(func() string { return pick(g, maxKeys()...) })
	case 2:
		return "Null", pick(g, "s3:prefix", "s3:delimiter", "s3:max-keys"), g.truth()
	case 3:
		return g.textOperator(), "s3:delimiter", g.several(2, func() string { return pick(g, "/", "*", "?", "-") })
	}
	return g.textOperator(), "s3:prefix", g.several(3, func() string {
		return pick(g, "", "${aws:username}/", "${aws:username}/*", g.blur(pick(g, g.prefixes()...)), g.blur(pick(g, g.prefixes()...)), g.blur(pick(g, g.existing()...)))
	})
}

// ofAll is a condition on what all requests have.
func (g generator) ofAll() (operator, key string, values []string) {
	switch g.IntN(6) {
	case 0:
		return pick(g, "IpAddress", "NotIpAddress"), "aws:SourceIp", g.several(2, g.network)
	case 1:
		return g.ifExists("Bool"), "aws:SecureTransport", g.truth()
	case 2:
		return g.ifExists("Date" + pick(g, append(orders, "NotEquals")...)), "aws:CurrentTime", g.values(g.date)
	case 3:
		return "Null", pick(g, "aws:username", "aws:SourceIp", "aws:UserAgent"), g.truth()
	}
	return g.textOperator(), pick(g, "aws:username", "aws:UserAgent"), g.several(2, func() string {
		return pick(g, "${aws:username}", "someone", g.blur(userName), g.blur(userAgent), strings.ToUpper(userName))
	})
}

func (g generator) textOperator() string {
	operator := pick(g, texts...)
	negated := strings.Contains(operator, "Not")
	switch {
	case g.oneIn(10) && (g.has(negatedAny) || !negated):
		operator = "ForAnyValue:" + operator
	case g.oneIn(10) && (g.has(negatedAll) || !negated):
		operator = "ForAllValues:" + operator
	}
	return g.ifExists(operator)
}

func (g generator) ifExists(operator string) string {
	if g.oneIn(4) && g.has(ifExists) {
		return operator + "IfExists"
	}
	return operator
}

// values are several values, or one.
func (g generator) values(of func() string) []string {
	if g.has(listsOfOne) {
		return g.several(2, of)
	}
	return []string{of()}
}

func (g generator) truth() []string {
	return []string{pick(g, g.with(capitals, []string{"true", "false"}, "True", "FALSE")...)}
}

func (g generator) date() string {
	return pick(g, g.with(shortDates, []string{"2020-01-01T00:00:00Z", "2099-12-31T00:00:00Z", "2099-12-31T00:00:00+02:00"}, "2020-01-01")...)
}

func (g generator) network() string {
	return pick(g, "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", g.address, g.address+"/32", "192.0.2.0/24", "2001:db8::/32")
}
