#!/bin/sh
# Builds Versity's S3 gateway once a version, outside of the checkout, and prints the folder to put on PATH:
#
#     PATH="$(tools/build_versitygw.sh):$PATH" pytest -m release tests/backup/test_stores.py
#
# It is an S3 server by another hand than moto's. It takes some minutes of two cores, so CI leaves it to a release.
set -eu
version=v1.8.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests/versitygw-$version"
if [ ! -x "$folder/versitygw" ]; then
  command -v go >/dev/null || { echo "build_versitygw: go is not on PATH; install Go 1.26 or newer" >&2; exit 2; }
  mkdir -p "$folder"
  # Built beside its place and moved: two builds at once, or one that is killed, leave no half a program.
  fresh=$(mktemp -d "$folder/build.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  GOBIN=$fresh go install "github.com/versity/versitygw/cmd/versitygw@$version" >&2
  mv "$fresh/versitygw" "$folder/versitygw"
fi
echo "$folder"
