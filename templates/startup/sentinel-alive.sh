#!/bin/sh
# sentinel-alive.sh: liveness probe of Sentinel. Is the process answering? Nothing about the master: its
# death is what Sentinels are there for. One that refuses the probe's password, or whose certificate is
# refused, is alive: a mistake in a Secret must not restart every pod. redis-cli exits 0 on error replies:
# compare the text. At most 2 x CALL_SECONDS.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
reply=$(call "$LOCAL" "$SENTINEL_PORT" PING)
case $reply in
  PONG | NOAUTH* | WRONGPASS* | NOPERM*) exit 0 ;;
esac
[ -n "$reply" ] || reply=$(trouble "$LOCAL" "$SENTINEL_PORT")
refuses_certificates "$reply" && exit 0
echo "PING was answered by: ${reply:-nothing}"
exit 1
