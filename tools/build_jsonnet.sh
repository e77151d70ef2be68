#!/bin/sh
# Builds jsonnet once, outside of the checkout, and prints the folder to put on PATH:
#
#     PATH="$(tools/build_jsonnet.sh):$PATH"
#
# It is Google's implementation in Go, which most users run; benchmarks/run.py compares with it.
set -eu
version=v0.22.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests/jsonnet-$version"
if [ ! -x "$folder/jsonnet" ]; then
  command -v go >/dev/null || { echo "build_jsonnet: go is not on PATH; install Go 1.26 or newer" >&2; exit 2; }
  mkdir -p "$folder"
  # Built beside its place and moved: two builds at once, or one that is killed, leave no half a program.
  fresh=$(mktemp -d "$folder/build.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  GOBIN=$fresh go install "github.com/google/go-jsonnet/cmd/jsonnet@$version" >&2
  mv "$fresh/jsonnet" "$folder/jsonnet"
fi
echo "$folder"
