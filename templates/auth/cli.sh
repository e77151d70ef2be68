#!/bin/sh
# cli.sh: asking by hand, without knowing a password: sh /config/cli.sh redis|sentinel COMMAND...
#
# Logs in to the server of this pod as the user that a verification is: it reads, and writes only keys of
# probes. Without a command it is interactive (kubectl exec -it).
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
case ${1:-} in
  redis) port=$REDIS_PORT ;;
  sentinel) port=$SENTINEL_PORT ;;
  *) echo "usage: sh $0 redis|sentinel COMMAND..." >&2; exit 2 ;;
esac
shift
# Hidden from a trace, and no argument.
{ REDISCLI_AUTH=$(cat "$LOGIN_DIR/$CLI_USER"); export REDISCLI_AUTH; } 2>/dev/null
# shellcheck disable=SC2086 # CLI may carry options
exec $CLI --user "$CLI_USER" -h "$LOCAL" -p "$port" "$@"
