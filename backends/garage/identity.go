package garage

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// key is a key as ListKeys lists it.
type key struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Created    *time.Time `json:"created"`
	Expiration *time.Time `json:"expiration"`
}

// keyInfo is a key with its rights.
type keyInfo struct {
	ID          string     `json:"accessKeyId"`
	Name        string     `json:"name"`
	Secret      string     `json:"secretAccessKey"`
	Created     *time.Time `json:"created"`
	Expiration  *time.Time `json:"expiration"`
	Permissions struct {
		CreateBucket bool `json:"createBucket"`
	} `json:"permissions"`
	Buckets []keyBucket `json:"buckets"`
}

// keysPerPage is the size of a page of a listing.
const keysPerPage = 1000

// keys lists all keys.
func (b *backend) keys(ctx context.Context) ([]key, error) {
	if err := b.mayAdminister(ctx); err != nil {
		return nil, err
	}
	return pages(ctx, b.admin, "ListKeys", func(k key) string { return k.ID })
}

// mostListed is the largest number of keys or buckets that are believed.
const mostListed = 200_000

// pages reads a listing. A page begins with where the last one ended.
func pages[T any](ctx context.Context, a *admin, method string, id func(T) string) ([]T, error) {
	var all []T
	query := url.Values{"limit": {strconv.Itoa(keysPerPage)}}
	for {
		var page []T
		if err := a.get(ctx, method, query, &page); err != nil {
			return nil, err
		}
		full := len(page) == keysPerPage
		if len(all) > 0 && len(page) > 0 && id(page[0]) == id(all[len(all)-1]) {
			page = page[1:]
		}
		if all = append(all, page...); len(all) > mostListed {
			return nil, fault.New(fault.Unavailable, "Garage's admin API lists more than %d items, so that the listing may never end", mostListed)
		}
		if !full || len(page) == 0 {
			return all, nil
		}
		query.Set("offset", id(all[len(all)-1]))
	}
}

// mayAdminister fails unless the credentials are those of a key that may create buckets: to Garage, that is an administrator's. The token
// alone would let whoever holds any key do everything.
func (b *backend) mayAdminister(ctx context.Context) error {
	if err := b.admin.missing(); err != nil {
		return err
	}
	b.trusted.Lock()
	defer b.trusted.Unlock()
	if b.trusted.key != "" {
		return ctx.Err()
	}
	id, err := b.whose(ctx)
	if err != nil {
		return err
	}
	info, err := b.keyInfo(ctx, id)
	if err != nil {
		return err
	}
	if !info.Permissions.CreateBucket {
		return fault.New(fault.PermissionDenied, "the key %s is no administrator's: it may not create buckets; work with one that may, or let it (garage key allow)", id)
	}
	b.trusted.key = id
	return nil
}

// whose returns the id of the key in use, once S3 has accepted it.
func (b *backend) whose(ctx context.Context) (string, error) {
	found, err := b.Credentials.Retrieve(ctx)
	if err != nil {
		return "", err
	}
	_, err = b.Client().ListBuckets(ctx, nil)
	return found.AccessKeyID, err
}

func (b *backend) keyInfo(ctx context.Context, id string) (info keyInfo, err error) {
	return info, b.admin.get(ctx, "GetKeyInfo", url.Values{"id": {id}}, &info)
}

// wrap turns an error of either API into a fault.
func (b *backend) wrap(ctx context.Context, err error, action string, args ...any) error {
	if adminFaults.Answer(err) != nil {
		return adminFaults.Wrap(ctx, err, action, args...)
	}
	return b.Wrap(ctx, err, action, args...)
}

// WhoAmI says which key it is, and with the admin API its name.
func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	id, err := b.whose(ctx)
	if err != nil {
		return driver.Caller{}, b.Wrap(ctx, err, "find out whose credentials these are")
	}
	caller := driver.Caller{UserID: id}
	if b.admin.missing() == nil {
		if info, err := b.keyInfo(ctx, id); err == nil && info.Name != "" {
			caller.ARN = arnOf(id)
		}
	}
	return caller, nil
}

// arnOf is what stands for a key where others have an ARN.
func arnOf(id string) string { return "garage:key/" + id }

// nameOf is what a key is known by: its name, or its id where it has none, or one that others have too.
func nameOf(k key, all []key) string {
	same := func(other key) bool { return other.Name == k.Name && other.ID != k.ID }
	isID := func(other key) bool { return other.ID == k.Name }
	if k.Name == "" || slices.ContainsFunc(all, same) || slices.ContainsFunc(all, isID) {
		return k.ID
	}
	return k.Name
}

func userOf(k key, all []key) driver.User {
	u := driver.User{Name: nameOf(k, all), ID: k.ID, ARN: arnOf(k.ID)}
	if k.Created != nil {
		u.Created = *k.Created
	}
	if k.Expiration != nil {
		u.Expires = *k.Expiration
	}
	return u
}

// ListUsers yields every key.
func (b *backend) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return driver.Listing(func() ([]driver.User, error) {
		all, err := b.keys(ctx)
		if err != nil {
			return nil, b.wrap(ctx, err, "list the keys")
		}
		users := make([]driver.User, len(all))
		for i, k := range all {
			users[i] = userOf(k, all)
		}
		slices.SortFunc(users, func(x, y driver.User) int { return cmp.Compare(x.Name, y.Name) })
		return users, nil
	})
}

// find returns the user of a name.
func (b *backend) find(ctx context.Context, name string) (driver.User, error) {
	if err := sdk.CheckPresent("user", name); err != nil {
		return driver.User{}, err
	}
	all, err := b.keys(ctx)
	if err != nil {
		return driver.User{}, err
	}
	named := 0
	for _, k := range all {
		if nameOf(k, all) == name {
			return userOf(k, all), nil
		}
		if k.Name == name {
			named++
		}
	}
	if named > 0 {
		return driver.User{}, fault.New(fault.FailedPrecondition, "%d keys have the name %q; say which by its id", named, name)
	}
	return driver.User{}, fault.New(fault.NotFound, "there is no key with the name %q", name)
}

// GetUser returns one key.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	found, err := b.find(ctx, req.Name)
	return found, b.wrap(ctx, err, "look up the key %q", req.Name)
}

// CreateUser makes a key that may do nothing. Garage lets several keys have one name: of two that are made at the same time neither stays.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := b.describe().Names.User.Check("user", req.Name); err != nil {
		return driver.CreateUserResponse{}, err
	}
	if err := checkEnd(req.Expires); !req.Expires.IsZero() && err != nil {
		return driver.CreateUserResponse{}, err
	}
	made, err := b.create(ctx, req)
	if err != nil {
		return driver.CreateUserResponse{}, b.wrap(ctx, err, "create the key %q", req.Name)
	}
	k := key{ID: made.ID, Name: made.Name, Created: made.Created, Expiration: made.Expiration}
	user := userOf(k, nil)
	return driver.CreateUserResponse{User: user, AccessKey: &driver.AccessKey{
		UserName: user.Name, AccessKeyID: made.ID, SecretAccessKey: made.Secret, Status: driver.KeyActive, Created: user.Created, Expires: user.Expires,
	}}, nil
}

func (b *backend) create(ctx context.Context, req driver.CreateUserRequest) (made keyInfo, err error) {
	taken := func() error {
		all, err := b.keys(ctx)
		i := slices.IndexFunc(all, func(k key) bool { return (k.Name == req.Name || k.ID == req.Name) && k.ID != made.ID })
		if err == nil && i >= 0 {
			err = fault.New(fault.AlreadyExists, "cannot create the key %q: %s has that name", req.Name, all[i].ID)
		}
		return err
	}
	if err := taken(); err != nil {
		return made, err
	}
	body := map[string]any{"name": req.Name}
	if !req.Expires.IsZero() {
		body["expiration"] = atSecond(req.Expires)
	}
	if err := b.admin.post(ctx, "CreateKey", nil, body, &made); err != nil {
		return made, err
	}
	if err := taken(); err != nil {
		return made, b.undo(ctx, made.ID, err)
	}
	return made, nil
}

// undo deletes a key again, and returns why.
func (b *backend) undo(ctx context.Context, id string, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if err := b.admin.post(ctx, "DeleteKey", url.Values{"id": {id}}, nil, nil); err != nil {
		return fault.Wrap(fault.CodeOf(why), why, "%v; the key %s that was made could not be deleted", why, id)
	}
	return why
}

// DeleteUser deletes a key with its rights.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	found, err := b.find(ctx, req.Name)
	if err == nil {
		err = b.admin.post(ctx, "DeleteKey", url.Values{"id": {found.ID}}, nil, nil)
	}
	return b.wrap(ctx, err, "delete the key %q", req.Name)
}

// checkEnd refuses an end that is over: Garage takes any.
func checkEnd(end time.Time) error {
	if !end.After(time.Now()) {
		return fault.New(fault.InvalidArgument, "the end %s is over; choose one in the future", end.UTC().Format(time.RFC3339))
	}
	return nil
}

func atSecond(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// SetAccessKeyExpiry gives a key another end.
func (b *backend) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	if err := checkEnd(req.Expires); err != nil {
		return err
	}
	found, err := b.find(ctx, req.UserName)
	if err == nil && found.ID != req.AccessKeyID {
		err = fault.New(fault.NotFound, "the user %q has no access key %s", req.UserName, req.AccessKeyID)
	}
	if err == nil {
		err = b.admin.post(ctx, "UpdateKey", url.Values{"id": {found.ID}}, map[string]any{"expiration": atSecond(req.Expires)}, nil)
	}
	return b.wrap(ctx, err, "give the key %q an end", req.UserName)
}
