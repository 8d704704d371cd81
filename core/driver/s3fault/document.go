package s3fault

import "bytes"

// elements calls each for the elements of an answer in XML, by their names without a prefix; a root has the depth 0. It fails
// for a tag or a text that is larger than most, because a decoder keeps each as a whole, and for what no S3 system sends.
//
// Attributes, comments and CDATA hide nothing from it, but it does not check syntax: a client's decoder does. A decoder here
// would double the time that a listing takes.
func elements(body []byte, most int, each func(name []byte, depth int) error) error {
	depth, text := 0, 0
	for {
		before, rest, found := bytes.Cut(body, []byte("<"))
		if text += len(before); text > most {
			return tooLarge("text", most)
		}
		if !found {
			return nil
		}
		tag, isText := markup(rest)
		body = rest[len(tag):]
		switch {
		case isText:
			text += len(tag)
			continue
		case len(tag) > most:
			return tooLarge("tag", most)
		case bytes.HasPrefix(tag, []byte("!--")), bytes.HasPrefix(tag, []byte("?")):
			continue
		case bytes.HasPrefix(tag, []byte("!")):
			return notS3("sent a document with a type of its own")
		case bytes.HasPrefix(tag, []byte("/")):
			depth--
		default:
			if err := each(localName(tag), depth); err != nil {
				return err
			}
			if !bytes.HasSuffix(tag, []byte("/>")) {
				depth++
			}
		}
		text = 0
	}
}

func tooLarge(what string, most int) error {
	return did("sent an answer with a %s of more than %d KiB", what, most>>10)
}

// markup returns what follows a "<", its end included, and whether it is text.
func markup(rest []byte) (tag []byte, isText bool) {
	switch {
	case bytes.HasPrefix(rest, []byte("!--")):
		return through(rest, len("!--"), "-->"), false
	case bytes.HasPrefix(rest, []byte("![CDATA[")):
		return through(rest, len("![CDATA["), "]]>"), true
	case bytes.HasPrefix(rest, []byte("?")):
		return through(rest, len("?"), "?>"), false
	}
	for at := 0; ; {
		next := bytes.IndexAny(rest[at:], `"'>`)
		if next < 0 {
			return rest, false
		}
		if at += next; rest[at] == '>' {
			return rest[:at+1], false
		}
		value := through(rest[at:], 1, string(rest[at]))
		at += len(value)
	}
}

// through returns the beginning of a text up to an end that comes after so many bytes; all of it if there is none.
func through(text []byte, after int, end string) []byte {
	at := bytes.Index(text[after:], []byte(end))
	if at < 0 {
		return text
	}
	return text[:after+at+len(end)]
}

// localName returns the name of a start tag without its prefix.
func localName(tag []byte) []byte {
	if end := bytes.IndexAny(tag, " \t\r\n/>"); end >= 0 {
		tag = tag[:end]
	}
	if prefix, local, _ := bytes.Cut(tag, []byte(":")); len(prefix) > 0 && len(local) > 0 {
		return local
	}
	return tag
}
