#!/bin/sh
# Installs checkov once, into an environment of its own outside of the checkout, and prints its folder to put on PATH:
#
#     PATH="$(tools/fetch_checkov.sh):$PATH"
#
# It brings a hundred packages, some older than ours: beside ours they would not go together.
set -eu
version=3.3.30
folder="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests/checkov-$version"
if [ ! -x "$folder/bin/checkov" ]; then
  # Built beside its place and moved would break its scripts, which name their interpreter by path: so it is made in
  # its place, and one that was interrupted is made again.
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check "checkov==$version" >&2
fi
echo "$folder/bin"
