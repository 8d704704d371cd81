package host

// What the tests of the package see besides its public surface.
var Detect = detect

const DetectTimeout = detectTimeout
