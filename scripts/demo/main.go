// Command demo demonstrates s3-credentials on a system that it starts: it creates a bucket and a read-only key, and tries
// the key; or, with a second argument "undo", it shows a dry run, and a run that fails half way. It fails on any unexpected result. It takes the programs from PATH.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 || len(args) > 2 || len(args) == 2 && args[1] != "undo" {
		return errors.New("say which system to use, sandbox or minio, and, if wanted, undo")
	}
	fmt.Printf("Starting %s (the first time, it may have to be built).\n", args[0])
	system, stop, err := systems.Start(args[0])
	if err != nil {
		return err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "s3-credentials-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("It is ready: %s.\n", system.RunsOn)
	d, err := newDemo(ctx, system, dir)
	if err != nil {
		return err
	}
	steps := d.access()
	if len(args) == 2 {
		steps = d.undo()
	}
	return show(steps)
}

// demo runs commands in a temporary folder with admin.json, the administrator's key.
type demo struct {
	ctx      context.Context
	dir      string
	endpoint string
	env      []string
}

func newDemo(ctx context.Context, system *systems.System, dir string) (*demo, error) {
	admin, err := json.Marshal(map[string]string{
		"AccessKeyId": system.AccessKeyID, "SecretAccessKey": system.SecretAccessKey,
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "admin.json"), admin, 0o600); err != nil {
		return nil, err
	}
	anonymous := *system
	anonymous.AccessKeyID, anonymous.SecretAccessKey = "", ""
	return &demo{ctx: ctx, dir: dir, endpoint: system.EndpointURL, env: anonymous.Env()}, nil
}

const (
	bucket = "demo-bucket"
	user   = "s3.read-only.demo-bucket"
	letter = "Hello from the bucket.\n"
)

// step is a part of a demo.
type step struct {
	title string
	do    func() error
}

func (d *demo) access() []step {
	return []step{
		{"The administrator makes a bucket and a key that can only read it. The key goes to a file.", d.create},
		{"The administrator puts an object into the bucket.", d.put},
		{"The key reads it.", d.read},
		{"The key cannot write.", d.writeIsDenied},
		{"The key cannot make itself more.", d.createIsDenied},
		{"The administrator deletes the user, and the key is worth nothing.", d.delete},
	}
}

func show(steps []step) error {
	for _, step := range steps {
		fmt.Printf("\n# %s\n", step.title)
		if err := step.do(); err != nil {
			return err
		}
	}
	fmt.Println("\nAll was as it should be. The system and its data are removed.")
	return nil
}

func (d *demo) create() error {
	key, err := d.must("", "> key.json", "create", bucket, "-c", "--read-only", "--auth", "admin.json")
	if err != nil {
		return err
	}
	var made struct{ AccessKeyId, SecretAccessKey string } //nolint:revive,staticcheck // the names in the file
	if err := json.Unmarshal([]byte(key), &made); err != nil || made.AccessKeyId == "" || made.SecretAccessKey == "" {
		return errors.New("create did not print a key")
	}
	return os.WriteFile(filepath.Join(d.dir, "key.json"), []byte(key), 0o600)
}

func (d *demo) put() error {
	_, err := d.must(letter, "", "put-object", bucket, "letter.txt", "-", "--auth", "admin.json")
	return err
}

func (d *demo) read() error {
	content, err := d.must("", "", "get-object", bucket, "letter.txt", "--auth", "key.json")
	if err != nil {
		return err
	}
	fmt.Print(content)
	if content != letter {
		return errors.New("what was read is not what was put")
	}
	return nil
}

func (d *demo) writeIsDenied() error {
	if err := d.denied("Something else.\n", "put-object", bucket, "letter.txt", "-", "--auth", "key.json"); err != nil {
		return err
	}
	content, err := d.quietly("get-object", bucket, "letter.txt", "--auth", "key.json")
	if err == nil && content != letter {
		err = errors.New("the object was changed all the same")
	}
	return err
}

func (d *demo) createIsDenied() error {
	return d.denied("", "create", bucket, "--username", "another", "--auth", "key.json")
}

func (d *demo) delete() error {
	if _, err := d.must("", "", "delete-user", user, "--auth", "admin.json"); err != nil {
		return err
	}
	if err := d.denied("", "get-object", bucket, "letter.txt", "--auth", "key.json"); err != nil {
		return err
	}
	users, err := d.quietly("list-users", "--auth", "admin.json")
	if err == nil && (strings.Contains(users, user) || strings.Contains(users, "another")) {
		err = errors.New("a user is there who should not be")
	}
	return err
}

// must runs a command that must succeed, and returns its standard output. It prints the note after the command.
func (d *demo) must(stdin, note string, args ...string) (string, error) {
	stdout, err := d.command(stdin, note, args)
	if err != nil {
		return "", fmt.Errorf("s3-credentials %s: %w", args[0], err)
	}
	return stdout, nil
}

// denied runs a command that must fail with exit code 1.
func (d *demo) denied(stdin string, args ...string) error {
	_, err := d.command(stdin, "", args)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return nil
	}
	if err == nil {
		return fmt.Errorf("s3-credentials %s was allowed", args[0])
	}
	return fmt.Errorf("s3-credentials %s did not end as what is denied ends: %w", args[0], err)
}

// quietly runs a command that must succeed, and prints nothing.
func (d *demo) quietly(args ...string) (string, error) {
	out, err := d.prepared(args).Output()
	if err != nil {
		return "", fmt.Errorf("s3-credentials %s: %w", args[0], err)
	}
	return string(out), nil
}

// prepared is a command that can be run.
func (d *demo) prepared(args []string) *exec.Cmd {
	command := exec.CommandContext(d.ctx, "s3-credentials", append(args, "--endpoint-url", d.endpoint)...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Dir, command.Env = d.dir, d.env
	return command
}

// command prints the command line, runs it, and prints its standard error.
func (d *demo) command(stdin, note string, args []string) (string, error) {
	fmt.Println(strings.TrimSpace("$ s3-credentials " + strings.Join(args, " ") + " " + note))
	command := d.prepared(args)
	command.Stdin, command.Stderr = strings.NewReader(stdin), os.Stdout
	var stdout bytes.Buffer
	command.Stdout = &stdout
	err := command.Run()
	return stdout.String(), err
}
