#!/bin/sh
# Builds tests/pipelines/flux once, outside of the checkout, and prints the folder to put on PATH:
#
#     PATH="$PATH:$(tools/build_flux.sh)"
#
# It is Flux' own substitution of variables as a command. The folder is keyed by the program and its pins.
set -eu
here=$(cd "$(dirname "$0")/../tests/pipelines/flux" && pwd)
key=$(cat "$here/main.go" "$here/go.mod" "$here/go.sum" | sha256sum | cut -c 1-12)
folder="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests/flux-substitute-$key"
if [ ! -x "$folder/flux-substitute" ]; then
  command -v go >/dev/null || { echo "build_flux: go is not on PATH; install Go 1.26 or newer" >&2; exit 2; }
  mkdir -p "$folder"
  # Built beside its place and moved: two builds at once, or one that is killed, leave no half a program.
  fresh=$(mktemp -d "$folder/build.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  (cd "$here" && go build -o "$fresh/flux-substitute" .) >&2
  mv "$fresh/flux-substitute" "$folder/flux-substitute"
fi
echo "$folder"
