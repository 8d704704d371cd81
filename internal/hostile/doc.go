// Package hostile has plugins that do everything wrong on purpose, and tests of what the host makes of them, through the
// real command line: a clear error soon (or at the user's Ctrl-C), no process and no file left, and nothing that is a part
// presented as the whole.
//
// # What the host notices
//
// Before a plugin is open: that it ends, says something else than the handshake, speaks another version of the contract,
// or does not answer in time. Afterwards: that it ends, hangs (the user's Ctrl-C still works), sends more than fits into
// memory, answers with the name of another user, role, policy or setting than it was asked for, lists objects outside of
// the prefix, does not account for each object that it was to delete, says another size than what came or what it wrote,
// or writes something else than a regular file. A download by path goes into a folder of the host's own beside the file
// that the user wants, so that a part of it, or a temporary file, never stays.
//
// # What it cannot notice
//
// A plugin runs with all rights of the user who starts it. It can read and write every file of that user's, send what it
// learns anywhere, answer with made-up data that fits the question, and store other bytes than it was given. A process that
// it takes out of its process group is found, on Linux, by its environment: one that clears that, or is started by
// another service on its behalf, is not found, nor is any on systems without /proc. Where the host itself is killed
// (SIGKILL), only plugins that use plugins/serve, or watch their lifeline in some other way, end with it. Pins
// (s3-credentials plugins pin) are the protection against a program that was exchanged; there is none against one that was
// bad from the beginning.
package hostile
