package cli

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns the candidate that a user most likely meant, empty where none is near.
func nearest(typed string, candidates []string) string {
	best, bestDistance := "", len(typed)/3+2
	for _, c := range candidates {
		distance := levenshtein.ComputeDistance(typed, c)
		if len(typed) > 2 && strings.HasPrefix(c, typed) {
			distance = min(distance, 1)
		}
		if distance < bestDistance {
			best, bestDistance = c, distance
		}
	}
	return best
}

// didYouMean returns the sentence that follows "No such ...", empty where nothing is near.
func didYouMean(typed string, candidates []string) string {
	if n := nearest(typed, candidates); n != "" {
		return " Did you mean '" + n + "'?"
	}
	return ""
}
