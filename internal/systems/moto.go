package systems

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

var sharedMoto, sharedMotoEnforcing shared

// Moto is a moto server that permits every request.
func Moto(t testing.TB) *System {
	t.Helper()
	return sharedMoto.get(t, "moto", startPermittingMoto)
}

func startPermittingMoto() (*System, *guard, error) { return startMoto("moto", nil) }

// NewMoto is an empty moto server for one test; it ends with the test. [System.Reset] empties it again.
func NewMoto(t testing.TB) *System {
	t.Helper()
	return fresh(t, "moto", startPermittingMoto)
}

// MotoEnforcing is a moto server that checks signatures and the users' policies. Its administrator is an IAM user.
func MotoEnforcing(t testing.TB) *System {
	t.Helper()
	return sharedMotoEnforcing.get(t, "moto-enforcing", func() (*System, *guard, error) {
		// Only the three requests that create the administrator are permitted without a signature.
		system, g, err := startMoto("moto-enforcing", []string{"INITIAL_NO_AUTH_ACTION_COUNT=3"})
		if err != nil {
			return nil, nil, err
		}
		if err := makeMotoAdmin(system); err != nil {
			g.stop()
			return nil, nil, fmt.Errorf("cannot make moto's administrator: %w", err)
		}
		return system, g, nil
	})
}

// Reset empties a moto server that one test uses.
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

// motoServer is moto's server with AWS's managed policies for S3, such as AmazonS3FullAccess. Moto has over a thousand
// others, which take it a second of processor time after each start and reset.
const motoServer = `
import json, sys
from moto.iam import models
data = json.loads(models.aws_managed_policies_data)
models.aws_managed_policies_data = json.dumps({name: data[name] for name in data if name.startswith("AmazonS3")})
from moto.server import main
sys.exit(main())
`

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
		env := append(withoutAWS(os.Environ()), append(env, "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "PYTHONUNBUFFERED=1")...)
		server, err = startProcess(dir, env, nil,
			filepath.Join(venv, "bin", "python3"), "-c", motoServer, "-H", "127.0.0.1", "-p", port)
		if err != nil {
			return err
		}
		system = &System{
			Name: name, RunsOn: name + " (" + motoVersion() + ", process)", EndpointURL: "http://127.0.0.1:" + port,
			Region: "us-east-1", AccessKeyID: "testing", SecretAccessKey: "testing", LogPath: server.log.Name(),
		}
		return server.ready(func() error { return probeHTTP(system.EndpointURL+"/moto-api/data.json", http.StatusOK) })
	})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start moto: %w", err)
	}
	return system, server.guard, nil
}

// motoVersion is the installed version, from requirements.txt.
func motoVersion() string {
	_, rest, _ := strings.Cut(string(requirements), "moto[server]==")
	version, _, _ := strings.Cut(rest, "\n")
	return version
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
