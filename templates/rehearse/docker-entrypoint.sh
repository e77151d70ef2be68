#!/bin/sh
# docker-entrypoint.sh: what the official images of Redis and Valkey start. Options, or a configuration file, are
# arguments of the server; anything else is a command. Out of scope: the change from root to the user of the image.
set -e
case ${1:-} in
  -* | *.conf) set -- @SERVER@ "$@" ;;
esac
exec "$@"
