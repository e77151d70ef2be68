#!/bin/sh
# Builds kubeconform once, outside of the checkout, and prints the folder to put on PATH:
#
#     PATH="$(tools/build_kubeconform.sh):$PATH"
#
# No package carries it; its Go module builds in seconds. The version is the one that
# src/redismanifests/judge/kubernetes/kubeconform.py names and the tests compare with.
set -eu
here=$(dirname "$0")
version=$(sed -n 's/^BUILT_AND_TESTED = "\(v[0-9.]*\)"$/\1/p' "$here/../src/redismanifests/judge/kubernetes/kubeconform.py")
[ -n "$version" ] || { echo "build_kubeconform: no version in kubeconform.py" >&2; exit 2; }
folder="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests/kubeconform-$version"
if [ ! -x "$folder/kubeconform" ]; then
  command -v go >/dev/null || { echo "build_kubeconform: go is not on PATH; install Go 1.26 or newer" >&2; exit 2; }
  mkdir -p "$folder"
  # Built beside its place and moved: two builds at once, or one that is killed, leave no half a program.
  fresh=$(mktemp -d "$folder/build.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  GOBIN=$fresh go install "github.com/yannh/kubeconform/cmd/kubeconform@$version" >&2
  mv "$fresh/kubeconform" "$folder/kubeconform"
fi
echo "$folder"
