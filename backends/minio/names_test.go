package minio

import "testing"

func TestOwnedNamesAreReversibleAndApart(t *testing.T) {
	names := []string{"a", "a/b", "a%2Fb", "..", ".a", "a.", "ü", "a b", "a+b", "a@b", "%"}
	seen := map[string]string{}
	for _, user := range names {
		for _, policy := range []string{"p", "a+b", "s3.read-only.b"} {
			canned, err := ownedName(user, policy)
			if err != nil {
				t.Fatal(err)
			}
			if other, twice := seen[canned]; twice {
				t.Errorf("%s and %s share %s", user, other, canned)
			}
			seen[canned] = user
			for _, asked := range names {
				got, own := inlineName(asked, canned)
				if own != (asked == user) || own && got != policy {
					t.Errorf("%s seen as %s: %q, %v", canned, asked, got, own)
				}
			}
		}
	}
}
