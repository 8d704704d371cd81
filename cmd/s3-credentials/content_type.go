package main

import (
	_ "embed"
	"mime"
	"path"
	"path/filepath"
	"strings"
)

// contentTypeOf returns the media type that a file's name stands for; empty where it stands for none. Where the Python
// tool knows a type, it is the same one, on whatever machine; for other names the machine's own tables are asked.
func contentTypeOf(file string) string {
	name := strings.ToLower(filepath.Base(file))
	extension := path.Ext(name)
	if full, ok := map[string]string{".tgz": ".tar", ".taz": ".tar", ".tz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".svgz": ".svg"}[extension]; ok {
		extension = full
	} else if strings.Contains(" .gz .z .bz2 .xz .br ", " "+extension+" ") {
		name = strings.TrimSuffix(name, extension) // the type is that of what is compressed
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

// knownType returns the media type of an extension in the table; empty if it has none.
func knownType(extension string) string {
	for line := range strings.Lines(typeTable) {
		fields := strings.Fields(line)
		for _, e := range fields[1:] {
			if e == extension {
				return fields[0]
			}
		}
	}
	return ""
}

// typeTable is in the format of mime.types files: a media type and the extensions that stand for it on
// each line, as Python's mimetypes module has them.
//
//go:embed mime.types
var typeTable string
