package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/sandbox"
)

var announced = sandbox.Info{
	EndpointURL: "http://127.0.0.1:1234", Dir: "/a b/it's",
	Keys: sandbox.Keys{AccessKeyID: "THEKEY", SecretAccessKey: "the secret's $HOME"},
}

func TestTextKeepsTheSecret(t *testing.T) {
	var out bytes.Buffer
	if err := announce(&out, "text", announced); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if strings.Contains(text, announced.Keys.SecretAccessKey) || !strings.Contains(text, `'/a b/it'\''s/root-keys.json'`) {
		t.Errorf("printed %s", text)
	}
}

func TestEnvIsReadByAShell(t *testing.T) {
	var out bytes.Buffer
	if err := announce(&out, "env", announced); err != nil {
		t.Fatal(err)
	}
	script := out.String() + `printf '%s|' "$AWS_ENDPOINT_URL" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_REGION"`
	read, err := exec.Command("sh", "-c", script).Output()
	if want := "http://127.0.0.1:1234|THEKEY|the secret's $HOME|us-east-1|"; err != nil || string(read) != want {
		t.Errorf("the shell read %q (%v)", read, err)
	}
}
