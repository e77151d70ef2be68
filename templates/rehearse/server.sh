#!/bin/sh
# server.sh: the server of the official images, which are built with protected-mode off. It stays as it is set, and a
# Sentinel has none.
set -e
for word in "$@"; do
  case $word in
    --protected-mode | --sentinel | -v | --version | -h | --help | --test-memory | --check-system)
      exec @PROGRAM@ "$@"
      ;;
  esac
done
case ${1:-} in
  '' | -*) ;;
  *) if grep -qi '^[[:space:]]*protected-mode[[:space:]]' "$1" 2>/dev/null; then exec @PROGRAM@ "$@"; fi ;;
esac
exec @PROGRAM@ "$@" --protected-mode no
