package wire_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// asking is a driver whose calls send requests.
type asking struct {
	fake
	ids []string
	err error
}

func (a *asking) ask(ctx context.Context) error {
	for _, id := range a.ids {
		driver.NoteRequest(ctx, id)
	}
	return a.err
}

func (a *asking) WhoAmI(ctx context.Context) (driver.Caller, error) {
	return driver.Caller{}, a.ask(ctx)
}

func (a *asking) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return func(yield func(driver.User, error) bool) { yield(driver.User{Name: "ann"}, a.ask(ctx)) }
}

func (a *asking) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	size, _ := io.Copy(io.Discard, req.Body)
	return driver.ObjectDetail{Size: size}, a.ask(ctx)
}

// TestRequestIDs reach who called, from calls that answer at once, that list and that upload, whether they fail or not.
func TestRequestIDs(t *testing.T) {
	many := make([]string, 150)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for _, c := range []struct {
		name       string
		sent, want []string
		err        error
	}{
		{"two", []string{"17", "REQ/2=="}, []string{"17", "REQ/2=="}, nil},
		{"of a call that fails", []string{"17"}, []string{"17"}, fault.New(fault.PermissionDenied, "no")},
		{"none", nil, nil, nil},
		{"no ids", []string{"", "a\nb", "ä", strings.Repeat("x", 129)}, nil, nil},
		{"the last hundred", many, many[50:], nil},
	} {
		d := open(t, &asking{ids: c.sent, err: c.err})
		for name, call := range map[string]func(context.Context) error{
			"unary": func(ctx context.Context) error { _, err := d.WhoAmI(ctx); return err },
			"listing": func(ctx context.Context) (err error) {
				for _, err = range d.ListUsers(ctx) {
					_ = err
				}
				return err
			},
			"upload": func(ctx context.Context) error {
				_, err := d.PutObject(ctx, driver.PutObjectRequest{Bucket: "b", Key: "k", Body: strings.NewReader("body")})
				return err
			},
		} {
			var got, above []string
			ctx := driver.WithRequests(t.Context(), func(id string) { above = append(above, id) })
			err := call(driver.WithRequests(ctx, func(id string) { got = append(got, id) }))
			if !slices.Equal(got, c.want) || !slices.Equal(above, c.want) || fault.CodeOf(err) != fault.CodeOf(c.err) {
				t.Errorf("%s, %s: noted %q, %q, want %q (%v)", c.name, name, got, above, c.want, err)
			}
		}
	}
}
