package transfer

import (
	"mime"
	"path/filepath"
	"strings"
)

// ContentType returns the media type that a file's name stands for, without parameters; empty where it stands for none.
// It answers as Python's mimetypes does, which users' scripts rely on: an ending that only says how the content is packed
// (.gz and its like) is looked through, so that a.tar.gz is a tar and a.gz is nothing. The common types are the same on
// every machine; the others are those that the machine knows.
func ContentType(name string) string {
	base := filepath.Base(name)
	ext := extension(base)
	if short, ok := shortPackings[strings.ToLower(ext)]; ok {
		base = strings.TrimSuffix(base, ext) + short
		ext = extension(base)
	}
	if packings[ext] {
		ext = extension(strings.TrimSuffix(base, ext))
	}
	ext = strings.ToLower(ext)
	if known, ok := commonTypes[ext]; ok {
		return known
	}
	found, _, _ := strings.Cut(mime.TypeByExtension(ext), ";")
	return strings.TrimSpace(found)
}

// extension returns the name's ending with its dot. A leading dot makes a hidden file, not an ending.
func extension(base string) string {
	return filepath.Ext(strings.TrimLeft(base, "."))
}

// packings are the endings that say how a file is packed, not what is in it. Upper and lower case differ: .Z is compress.
var packings = map[string]bool{".gz": true, ".Z": true, ".bz2": true, ".xz": true, ".br": true}

// shortPackings are endings that stand for two.
var shortPackings = map[string]string{
	".svgz": ".svg.gz", ".tgz": ".tar.gz", ".taz": ".tar.gz", ".tz": ".tar.gz", ".tbz2": ".tar.bz2", ".txz": ".tar.xz",
}

// commonTypes are what is put into buckets every day: machines differ in what they know of these.
var commonTypes = map[string]string{
	".html": "text/html", ".htm": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
	".txt": "text/plain", ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".md": "text/markdown", ".vtt": "text/vtt",
	".ics": "text/calendar", ".py": "text/x-python",

	".json": "application/json", ".geojson": "application/geo+json", ".jsonld": "application/ld+json",
	".webmanifest": "application/manifest+json", ".wasm": "application/wasm", ".xhtml": "application/xhtml+xml",
	".atom": "application/atom+xml", ".pdf": "application/pdf", ".zip": "application/zip", ".tar": "application/x-tar",
	".7z": "application/x-7z-compressed", ".epub": "application/epub+zip", ".rtf": "application/rtf",
	".bin": "application/octet-stream", ".m3u8": "application/vnd.apple.mpegurl", ".ps": "application/postscript",
	".sql": "application/sql", ".sqlite": "application/vnd.sqlite3",
	".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",

	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".avif": "image/avif", ".heic": "image/heic", ".svg": "image/svg+xml", ".ico": "image/vnd.microsoft.icon",
	".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff",

	".mp3": "audio/mpeg", ".wav": "audio/x-wav", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
	".flac": "audio/flac", ".m4a": "audio/mp4", ".aac": "audio/aac",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mpeg": "video/mpeg", ".mpg": "video/mpeg", ".mov": "video/quicktime",
	".avi": "video/x-msvideo", ".mkv": "video/x-matroska", ".webm": "video/webm", ".ogv": "video/ogg",

	".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
}
