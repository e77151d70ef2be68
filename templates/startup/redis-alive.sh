#!/bin/sh
# redis-alive.sh: startup and liveness probe of Redis. Is the process answering? Nothing about anybody else.
#
# Every reply is a life sign, whatever it says. Reading the data set (LOADING), a replica without its master
# (MASTERDOWN), a long script (BUSY), a full volume (MISCONF), clients that have taken every connection (ERR
# max number of clients reached), a mistake in a Secret (NOAUTH, WRONGPASS, NOPERM) or in an address (DENIED):
# no restart mends any of them, most begin the same again, and on a full volume reads would end as well. All
# replies, with a reason each: docs/operations.md. At most 2 x CALL_SECONDS.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# No server runs while a start reads or writes the files of its volume, for as long as a large data set takes.
[ ! -e "$DATA_DIR/working" ] || exit 0
reply=$(call "$LOCAL" "$REDIS_PORT" PING)
[ -z "$reply" ] || exit 0
reply=$(trouble "$LOCAL" "$REDIS_PORT")
refuses_certificates "$reply" && exit 0
answered "$reply" && exit 0
echo "PING was answered by: ${reply:-nothing}"
exit 1
