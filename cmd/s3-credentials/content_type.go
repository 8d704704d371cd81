package main

import (
	_ "embed"
	"mime"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// contentTypeOf returns the media type for a file name; empty if there is none. For extensions that the Python tool
// knows, it is the Python tool's type on every machine. For others it comes from the machine's tables.
func contentTypeOf(file string) string {
	name := strings.ToLower(filepath.Base(file))
	extension := path.Ext(name)
	if full, ok := map[string]string{".tgz": ".tar", ".taz": ".tar", ".tz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".svgz": ".svg"}[extension]; ok {
		extension = full
	} else if strings.Contains(" .gz .z .bz2 .xz .br ", " "+extension+" ") {
		name = strings.TrimSuffix(name, extension) // the type is that of the uncompressed file
		extension = path.Ext(name)
	}
	if extension == "" || extension == name {
		return "" // no extension, or a hidden file such as .profile
	}
	if known := knownType(extension[1:]); known != "" {
		return known
	}
	found, _, _ := strings.Cut(mime.TypeByExtension(extension), ";")
	return found
}

// knownType returns the media type of an extension in the table; empty if there is none.
func knownType(extension string) string {
	for line := range strings.Lines(typeTable) {
		fields := strings.Fields(line)
		if slices.Contains(fields[1:], extension) {
			return fields[0]
		}
	}
	return ""
}

// typeTable has the types of Python's mimetypes module in the format of mime.types files: each line is a media type and
// its extensions.
//
//go:embed mime.types
var typeTable string
