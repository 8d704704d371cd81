package systems

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

var sharedMoto, sharedMotoEnforcing shared

// Moto is a moto server that lets every request through.
func Moto(t testing.TB) *System {
	t.Helper()
	return sharedMoto.get(t, "moto", func() (*System, error) {
		system, _, err := startMoto("moto", []string{managedPolicies})
		return system, err
	})
}

// managedPolicies makes moto have AWS's own managed policies, AmazonS3FullAccess among them. They are over a thousand, and
// take it a second to load after each reset.
const managedPolicies = "MOTO_IAM_LOAD_MANAGED_POLICIES=true"

// NewMoto is a moto server of the test's own, empty, which ends with the test. [System.Reset] empties it again.
func NewMoto(t testing.TB) *System {
	t.Helper()
	return newMoto(t, managedPolicies)
}

// NewPlainMoto is as NewMoto, without AWS's own managed policies, for a test that resets it often.
func NewPlainMoto(t testing.TB) *System {
	t.Helper()
	return newMoto(t)
}

func newMoto(t testing.TB, env ...string) *System {
	t.Helper()
	system, g, err := startMoto("moto", env)
	if err != nil {
		missing(t, "moto", err)
	}
	t.Cleanup(g.stop)
	return system
}

// MotoEnforcing is a moto server that checks signatures and the users' policies. Its administrator is an IAM user.
func MotoEnforcing(t testing.TB) *System {
	t.Helper()
	return sharedMotoEnforcing.get(t, "moto-enforcing", func() (*System, error) {
		// The three requests that make the administrator are let through, no others.
		system, g, err := startMoto("moto-enforcing", []string{"INITIAL_NO_AUTH_ACTION_COUNT=3", managedPolicies})
		if err != nil {
			return nil, err
		}
		if err := makeMotoAdmin(system); err != nil {
			g.stop()
			return nil, fmt.Errorf("cannot make moto's administrator: %w", err)
		}
		return system, nil
	})
}

// Reset empties a moto server that the test has for itself.
func (s *System) Reset(t testing.TB) {
	t.Helper()
	if s.Name != "moto" {
		t.Fatalf("%s cannot be reset", s.Name)
	}
	response, err := http.Post(s.EndpointURL+"/moto-api/reset", "", nil)
	if err != nil {
		t.Fatalf("reset moto: %v", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("reset moto: %s", response.Status)
	}
}

func startMoto(name string, env []string) (*System, *guard, error) {
	venv, err := pythonVenv()
	if err != nil {
		return nil, nil, err
	}
	var system *System
	var server *process
	err = withFreePort(func(port string) error {
		dir, err := runDir("moto")
		if err != nil {
			return err
		}
		env := append(withoutAWS(os.Environ()), append(env, "PYTHONUNBUFFERED=1")...)
		server, err = startProcess(dir, env, nil,
			filepath.Join(venv, "bin", "moto_server"), "-H", "127.0.0.1", "-p", port)
		if err != nil {
			return err
		}
		system = &System{
			Name: name, RunsOn: name + " (" + motoVersion() + ", process)", EndpointURL: "http://127.0.0.1:" + port,
			Region: "us-east-1", AccessKeyID: "testing", SecretAccessKey: "testing", LogPath: server.log,
		}
		if err := server.ready(func() error { return probeHTTP(system.EndpointURL+"/moto-api/data.json", http.StatusOK) }); err != nil {
			return err
		}
		return loadIAM(system, env)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start moto: %w", err)
	}
	return system, server.guard, nil
}

// motoVersion is the version that is installed, from the list of what to install.
func motoVersion() string {
	_, rest, _ := strings.Cut(string(requirements), "moto[server]==")
	version, _, _ := strings.Cut(rest, "\n")
	return version
}

// loadIAM makes moto load AWS's managed policies, which it else does during the first request of a test: for over a
// second, it then answers nobody.
func loadIAM(s *System, env []string) error {
	if !slices.Contains(env, managedPolicies) || s.Name != "moto" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := motoIAM(s).ListUsers(ctx, &iam.ListUsersInput{})
	return err
}

func motoIAM(s *System) *iam.Client {
	return iam.New(iam.Options{
		Region: s.Region, BaseEndpoint: aws.String(s.EndpointURL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey, ""),
	})
}

const adminPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

func makeMotoAdmin(s *System) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := motoIAM(s)
	name := aws.String("administrator")
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: name}); err != nil {
		return err
	}
	_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: name, PolicyName: name, PolicyDocument: aws.String(adminPolicy),
	})
	if err != nil {
		return err
	}
	created, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	if err != nil {
		return err
	}
	s.AccessKeyID, s.SecretAccessKey = *created.AccessKey.AccessKeyId, *created.AccessKey.SecretAccessKey
	return nil
}
