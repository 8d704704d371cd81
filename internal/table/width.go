package table

import (
	"strings"

	"github.com/rivo/uniseg"
)

// ellipsis replaces truncated text.
const ellipsis = "…"

// narrowest is the least width of a column; rather than go below it, the table omits its last column.
const narrowest = 8

// column is what decides a column's width.
type column struct {
	// natural is the width of the longest text.
	natural int
	// filled says that some text is not empty.
	filled bool
	// whole says that the column is shown in full or not at all.
	whole bool
}

// least is the column's least width.
func (c column) least() int {
	if c.whole {
		return c.natural
	}
	return min(c.natural, narrowest)
}

// fit returns the widths of the columns that fit. The widest shrink first.
func fit(columns []column, total int) []int {
	shown := len(columns)
	for total > 0 && shown > 1 && sum(columns[:shown], column.least) > total {
		shown--
	}
	columns = columns[:shown]
	widest := 0
	for _, c := range columns {
		widest = max(widest, c.natural)
	}
	atMost := func(c column) int { return max(c.least(), min(c.natural, widest)) }
	if shown == 1 { // a single column is cut at the end of the line
		atMost = func(c column) int { return min(c.natural, widest) }
	}
	for total > 0 && widest > 1 && sum(columns, atMost) > total {
		widest--
	}
	widths := make([]int, shown)
	left := total - sum(columns, atMost)
	for i, c := range columns {
		widths[i] = atMost(c)
		if total > 0 && left > 0 && widths[i] < c.natural { // distribute the remaining cells
			widths[i]++
			left--
		}
	}
	return widths
}

// sum is the width of a line with these columns.
func sum(columns []column, widthOf func(column) int) int {
	total := len(gap) * (len(columns) - 1)
	for _, c := range columns {
		total += widthOf(c)
	}
	return total
}

// width is the number of terminal cells that a text takes.
func width(text string) int { return uniseg.StringWidth(text) }

// shorten cuts a text to w cells, between grapheme clusters.
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
