package policy

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestUntil(t *testing.T) {
	end := time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)
	in := func(condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]` + condition + `}]}`
	}
	for name, c := range map[string]struct{ condition, want string }{
		"no condition":     {``, `"DateLessThan":{"aws:CurrentTime":"2026-12-31T23:59:59Z"}`},
		"another":          {`"Bool":{"aws:SecureTransport":"true"}`, `"Bool":{"aws:SecureTransport":"true"},"DateLessThan":{"aws:CurrentTime":"2026-12-31T23:59:59Z"}`},
		"an earlier end":   {`"DateLessThan":{"aws:CurrentTime":"2026-01-01"}`, `"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`},
		"a later end":      {`"DateLessThan":{"AWS:currenttime":"2027-01-01"}`, `"DateLessThan":{"aws:CurrentTime":"2026-12-31T23:59:59Z"}`},
		"one of two ends":  {`"DateLessThan":{"aws:CurrentTime":["2025-01-01","2026-01-01T00:00:00Z"]}`, `"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`},
		"an end and a key": {`"DateLessThan":{"s3:x":"2025-01-01"}`, `"DateLessThan":{"aws:CurrentTime":"2026-12-31T23:59:59Z","s3:x":"2025-01-01"}`},
	} {
		t.Run(name, func(t *testing.T) {
			condition := c.condition
			if condition != "" {
				condition = `,"Condition":{` + condition + `}`
			}
			got, err := Until(mustParse(t, in(condition)), end)
			if err != nil {
				t.Fatal(err)
			}
			want := mustParse(t, in(`,"Condition":{`+c.want+`}`))
			if !Equal(got, want) {
				t.Errorf("got %s, want %s", got.JSON(), want.JSON())
			}
		})
	}
}

func TestUntilKeepsWhatIsDeniedAndRefusesWhatIsNoDate(t *testing.T) {
	end := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	deny := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["s3:*"],"Resource":["*"]}]}`)
	got, err := Until(deny, end)
	if err != nil || !Equal(got, deny) {
		t.Errorf("a Deny has become %s, %v", got.JSON(), err)
	}
	wrong := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:CurrentTime":"soon"}}}]}`)
	if _, err := Until(wrong, end); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("an end that is no date is taken: %v", err)
	}
}

// TestProveUntil holds documents with an end against what was asked for.
func TestProveUntil(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	for name, grants := range provenGrants() {
		doc := build(t, grants, Options{})
		ending, err := Until(doc, end)
		if err != nil {
			t.Fatal(err)
		}
		if err := Prove(ending, Asked{Grants: grants, Until: end}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		later, _ := Until(doc, end.Add(time.Second))
		earlier, _ := Until(doc, end.Add(-time.Second))
		wrong := map[string]Document{"later": later, "earlier": earlier}
		for i := range doc.Statement {
			damaged := ending
			damaged.Statement = slices.Clone(ending.Statement)
			damaged.Statement[i] = doc.Statement[i]
			wrong[fmt.Sprintf("without an end of statement %d", i+1)] = damaged
		}
		for what, doc := range wrong {
			if err := Prove(doc, Asked{Grants: grants, Until: end}); !errors.Is(err, fault.Internal) {
				t.Errorf("%s, %s: got %v for %s", name, what, err, doc.JSON())
			}
		}
		if err := Prove(ending, Asked{Grants: grants}); !errors.Is(err, fault.Internal) {
			t.Errorf("%s: an end that was not asked for: %v", name, err)
		}
	}
}

func TestEnd(t *testing.T) {
	end := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	until := func(condition string) string {
		return `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":` + condition + `}`
	}
	early, late := until(`{"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}`), until(`{"DateLessThan":{"AWS:currenttime":["2026-12-31T00:00:00Z","2026-02-01T00:00:00Z"]}}`)
	for name, c := range map[string]struct {
		statements string
		want       time.Time
		ends       bool
	}{
		"the last counts":             {early + "," + late, end, true},
		"one does not end":            {late + `,{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, time.Time{}, false},
		"a denial ends nothing":       {late + `,{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, end, true},
		"nothing allowed":             {`{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, time.Time{}, true},
		"an end that is not enforced": {until(`{"DateLessThanIfExists":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}`), time.Time{}, false},
		"a beginning":                 {until(`{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}`), time.Time{}, false},
		"another time":                {until(`{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}`), time.Time{}, false},
		"no date":                     {until(`{"DateLessThan":{"aws:CurrentTime":"soon"}}`), time.Time{}, false},
	} {
		doc, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[` + c.statements + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		if got, ends := End(doc); !got.Equal(c.want) || ends != c.ends {
			t.Errorf("%s: ends at %v, %t", name, got, ends)
		}
	}
}
