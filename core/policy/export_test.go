package policy

// AddKind adds a kind for a test, and returns what removes it.
func AddKind(k Kind) (remove func()) {
	before := kinds
	kinds = append(kinds[:len(kinds):len(kinds)], k)
	return func() { kinds = before }
}
