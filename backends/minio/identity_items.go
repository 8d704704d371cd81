package minio

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// ListUserItems yields the user's groups, and the user's own secret where somebody besides this tool gave the user access: a user
// that only this tool uses has a secret that nobody knows. MinIO deletes both with the user.
func (b *backend) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return driver.Listing(func() ([]driver.UserItem, error) {
		info, err := b.user(ctx, req.UserName)
		if err != nil {
			return nil, err
		}
		var items []driver.UserItem
		for _, group := range info.MemberOf {
			items = append(items, driver.UserItem{Kind: driver.ItemGroup, Name: group})
		}
		foreign := len(info.MemberOf) > 0
		for _, canned := range policiesOf(info) {
			_, own := inlineName(req.UserName, canned)
			foreign = foreign || !own
		}
		switch {
		case foreign:
			items = append(items, driver.UserItem{Kind: driver.ItemPassword})
		case info.PolicyName == "" && !b.made(req.UserName):
			// It is one that somebody made for its secret, or one that a run left when it was killed before it could guard it.
			items = append(items, driver.UserItem{Kind: driver.ItemSecret})
		}
		return items, nil
	})
}

// made reports whether this driver made the user.
func (b *backend) made(user string) bool {
	created, _ := b.users.Load(user)
	return created == true
}
