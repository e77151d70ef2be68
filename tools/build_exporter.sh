#!/bin/sh
# Builds redis_exporter once a version, outside of the checkout, and prints the folder of each:
#
#     tools/build_exporter.sh v1.82.0 v1.83.0 v1.89.0
#
# Debian 12 carries 1.45 and Debian 13 1.69; none of them can close /scrape.
# tests/evidence/test_scrape.py and tests/features/test_auth.py run what they find.
set -eu
command -v go >/dev/null || { echo "build_exporter: go is not on PATH; install Go 1.26 or newer" >&2; exit 2; }
[ "$#" -gt 0 ] || { echo "build_exporter: name a version, such as v1.89.0" >&2; exit 2; }
for version in "$@"; do
  folder="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests/exporter-$version"
  if [ ! -x "$folder/redis_exporter" ]; then
    mkdir -p "$folder"
    # Built beside its place and moved: two builds at once, or one that is killed, leave no half a program.
    fresh=$(mktemp -d "$folder/build.XXXXXX")
    trap 'rm -rf "$fresh"' EXIT
    GOBIN=$fresh go install -ldflags "-X main.BuildVersion=$version" \
      "github.com/oliver006/redis_exporter@$version" >&2
    mv "$fresh/redis_exporter" "$folder/redis_exporter"
    rm -rf "$fresh"
  fi
  echo "$folder"
done
