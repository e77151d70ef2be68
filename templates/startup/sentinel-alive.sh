#!/bin/sh
# sentinel-alive.sh: liveness probe of Sentinel. Is the process answering? Nothing about the master: its
# death is what Sentinels are there for. redis-cli exits 0 on error replies: compare the text. At most
# CALL_SECONDS.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
reply=$(call "$LOCAL" "$SENTINEL_PORT" PING)
[ "$reply" = PONG ] && exit 0
echo "PING was answered by: ${reply:-nothing}"
exit 1
