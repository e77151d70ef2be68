// Substitutes variables in a stream of manifests as Flux' kustomize-controller does after a build (spec.postBuild),
// with Flux' own library. Reads objects from standard input, prints them as JSON lines; NAME=VALUE are the variables.
// With -strict a variable that is used and not given is an error.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/provider"
)

func main() {
	strict := flag.Bool("strict", false, "a variable without a value is an error")
	flag.Parse()
	if err := substitute(flag.Args(), *strict); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func substitute(variables []string, strict bool) error {
	content, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	resources, err := provider.NewDefaultDepProvider().GetResourceFactory().SliceFromBytes(content)
	if err != nil {
		return err
	}
	given := map[string]interface{}{}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		given[name] = value
	}
	owner := unstructured.Unstructured{Object: map[string]interface{}{
		"spec": map[string]interface{}{"postBuild": map[string]interface{}{"substitute": given}},
	}}
	for _, resource := range resources {
		changed, err := kustomize.SubstituteVariables(context.Background(), nil, owner, resource,
			kustomize.SubstituteWithDryRun(true), kustomize.SubstituteWithStrict(strict))
		if err != nil {
			return fmt.Errorf("%s %s: %w", resource.GetKind(), resource.GetName(), err)
		}
		// Nothing comes back for an object that wants none of this; it is applied as it was.
		if changed == nil {
			changed = resource
		}
		line, err := changed.MarshalJSON()
		if err != nil {
			return err
		}
		fmt.Printf("%s\n", bytes.TrimSpace(line))
	}
	return nil
}
