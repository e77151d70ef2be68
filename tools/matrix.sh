#!/usr/bin/env bash
# Every Python that is supported, beside each other: the tests of rendering pass on each, and each gives the same bytes:
# those of all committed profiles, and those of the module that a wheel brings along (src/redismanifests/core/built.py).
#
#     tools/matrix.sh [VERSION...]     default: 3.11 3.12 3.13, of pyenv or PATH
#
# Environments are kept in the user's cache. Prints a line for each; exits 1 where one fails or differs, or is not here.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 3.11 3.12 3.13
cache="${XDG_CACHE_HOME:-$HOME/.cache}/redismanifests"
mkdir -p "$cache"

interpreter() { # version
  local found
  for found in "$HOME/.pyenv/versions/$1".*/bin/python; do
    [ -x "$found" ] && echo "$found" && return
  done
  command -v "python$1"
}

failed=0
digests=()
for version; do
  python=$(interpreter "$version") || { echo "$version: there is no such Python here"; failed=1; continue; }
  environment="$cache/matrix-$version"
  [ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --editable '.[test]'
  tests=$("$environment/bin/python" -m pytest -q -p no:cacheprovider tests/render tests/profiles \
    tests/test_committed_rendering.py tests/test_profiles.py 2>&1) || { echo "$tests" | tail -n 30; failed=1; }
  digest=$(PYTHONPATH=tests "$environment/bin/python" -c \
    'import hashlib, rendereddigest; from redismanifests.render.making import made
print(rendereddigest.digest()[:16], hashlib.sha256(made().encode()).hexdigest()[:16])')
  digests+=("$digest")
  echo "$("$environment/bin/python" --version): $(echo "$tests" | tail -n 1); rendered and made: $digest"
done
if [ "$(printf '%s\n' "${digests[@]}" | sort -u | wc -l)" -ne 1 ]; then
  echo "the bytes differ between these"
  failed=1
fi
exit "$failed"
