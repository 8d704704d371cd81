package format

import (
	"encoding/base64"
	"strings"

	"go.yaml.in/yaml/v3"
)

func init() {
	register("kubernetes", kubernetesSecret)
}

// maxSecretName is Kubernetes's maximum length of a name.
const maxSecretName = 253

// secret is a Kubernetes Secret. It uses data, in base64, rather than the simpler stringData: with that, applying a manifest
// without a session token would keep a former token.
type secret struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Metadata   metadata          `yaml:"metadata"`
	Type       string            `yaml:"type"`
	Data       map[string]string `yaml:"data"`
}

type metadata struct {
	Name   string            `yaml:"name"`
	Labels map[string]string `yaml:"labels"`
}

// kubernetesSecret is a manifest for "kubectl apply -f -". Its keys are the variables that AWS SDKs read, for use with
// envFrom.
func kubernetesSecret(c Credentials) (string, error) {
	s := secret{
		APIVersion: "v1", Kind: "Secret", Type: "Opaque",
		Metadata: metadata{Name: secretName(c.Buckets), Labels: map[string]string{"app.kubernetes.io/managed-by": "s3-credentials"}},
		Data:     map[string]string{},
	}
	for _, v := range c.environment() {
		s.Data[v.name] = base64.StdEncoding.EncodeToString([]byte(v.value))
	}
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(s)
	return b.String(), err
}

// secretName is a name that Kubernetes accepts.
func secretName(buckets []string) string {
	name := cleanName(strings.ToLower("s3-credentials-"+strings.Join(buckets, "-")), "s3-credentials")
	if len(name) > maxSecretName {
		name = strings.TrimRight(name[:maxSecretName], "-")
	}
	return name
}
