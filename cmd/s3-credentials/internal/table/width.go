package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// ellipsis stands for what was cut off.
const ellipsis = "…"

// narrowest is how narrow a column may become; before one gets narrower, the last column is left out.
const narrowest = 8

// fit returns the widths of the columns that are shown. The widest give way first.
func fit(natural []int, total int) []int {
	if total <= 0 {
		return slices.Clone(natural)
	}
	shown := len(natural)
	for shown > 1 && least(natural[:shown]) > total {
		shown--
	}
	widths := slices.Clone(natural[:shown])
	for excess := sum(widths) - total; excess > 0; excess = sum(widths) - total {
		widest := widestOf(widths)
		if widths[widest] == 1 {
			break
		}
		// Down to the second widest, or as far as is needed.
		next := 1
		for _, w := range widths {
			if w < widths[widest] {
				next = max(next, w)
			}
		}
		widths[widest] -= min(excess, max(1, widths[widest]-next))
	}
	return widths
}

// least is how narrow these columns can be.
func least(natural []int) int {
	narrow := make([]int, len(natural))
	for i, w := range natural {
		narrow[i] = min(w, narrowest)
	}
	return sum(narrow)
}

// sum is how wide a line of these columns is.
func sum(widths []int) int {
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	return total
}

func widestOf(widths []int) int {
	widest := 0
	for i, w := range widths {
		if w > widths[widest] {
			widest = i
		}
	}
	return widest
}

// width is how many cells of a terminal a text takes.
func width(text string) int { return uniseg.StringWidth(text) }

// shorten cuts a text to w cells, between what a reader takes for characters.
func shorten(text string, w int) string {
	if width(text) <= w {
		return text
	}
	var b strings.Builder
	left, state := w-width(ellipsis), -1
	for text != "" {
		var cluster string
		var cells int
		cluster, text, cells, state = uniseg.FirstGraphemeClusterInString(text, state)
		if cells > left {
			break
		}
		left -= cells
		b.WriteString(cluster)
	}
	return b.String() + ellipsis
}

// printable writes out what would act on a terminal instead of being shown by it: control characters, line ends,
// characters that turn the direction of writing around, and bytes that are no text.
func printable(text string) string {
	if !strings.ContainsFunc(text, acts) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if !acts(r) {
			b.WriteRune(r)
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, text[i])
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return b.String()
}

// acts reports whether a character does something else than being shown. What joins emoji does nothing bad.
func acts(r rune) bool {
	const joiner = '\u200d'
	return r != joiner && (r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs))
}
