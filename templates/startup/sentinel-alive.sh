#!/bin/sh
# sentinel-alive.sh: liveness probe of Sentinel. Is the process answering? Nothing about the master: its
# death is what Sentinels are there for. Every reply is a life sign, as in redis-alive.sh.
#
# With one exception, which only a restart mends: Sentinel remembers when it last asked whom, by the clock of
# the wall. When that is set back by an hour, it sends no PING, INFO or hello for an hour, whoever dies (TILT
# ends after 30 s all the same). Then the last answer lies ahead of now. A small step has passed before
# kubelet counts enough failures. At most 3 x CALL_SECONDS, and 2 where nothing answers.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
reply=$(call "$LOCAL" "$SENTINEL_PORT" PING)
if [ -n "$reply" ]; then
  ahead=$(seconds_ahead)
  [ "$ahead" -gt 0 ] || exit 0
  echo "its clock was set back, so it asks nobody for another $ahead s"
  exit 1
fi
reply=$(trouble "$LOCAL" "$SENTINEL_PORT")
refuses_certificates "$reply" && exit 0
answered "$reply" && exit 0
echo "PING was answered by: ${reply:-nothing}"
exit 1
