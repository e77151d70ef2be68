#!/bin/sh
# redis-alive.sh: startup and liveness probe of Redis. Is the process answering? Nothing about anybody else.
#
# Reading the data set (LOADING), a replica without its master (MASTERDOWN) and a long script (BUSY) are
# alive: killing the container there would begin the same again. So is one that refuses the password of the
# probe, or whose certificate is refused: a mistake in a Secret must not restart every pod. redis-cli exits 0
# on error replies: compare the text. At most 2 x CALL_SECONDS.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
reply=$(call "$LOCAL" "$REDIS_PORT" PING)
case $reply in
  PONG | LOADING* | MASTERDOWN* | BUSY* | NOAUTH* | WRONGPASS* | NOPERM*) exit 0 ;;
esac
[ -n "$reply" ] || reply=$(trouble "$LOCAL" "$REDIS_PORT")
refuses_certificates "$reply" && exit 0
echo "PING was answered by: ${reply:-nothing}"
exit 1
