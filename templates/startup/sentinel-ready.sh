#!/bin/sh
# sentinel-ready.sh: readiness probe of Sentinel. It answers, and its master is a member that resolves.
#
# PONG alone is not enough: a Sentinel whose master does not resolve at start answers PING and watches none.
# On its way it looks for a link that spins, and for members of the past. At most 8 x CALL_SECONDS.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/sentinel-links.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/sentinel-past.sh"
refuse() { echo "$*"; exit 1; }

reply=$(call "$LOCAL" "$SENTINEL_PORT" PING)
[ -n "$reply" ] || reply=$(trouble "$LOCAL" "$SENTINEL_PORT")
[ "$reply" = PONG ] || refuse "PING was answered by: ${reply:-nothing}"
find_members || refuse 'an address of a member is not known'
# shellcheck disable=SC2046 # eight words
set -- $(ask_sentinel "$LOCAL")
[ "$3" != silent ] || refuse "monitors nothing called $MASTER_NAME"
place_of "$4" "$REDIS_ADDRESSES" >/dev/null || refuse "monitors $4, which is no member"
[ "$ADDRESSING" != hostname ] || timeout "$CALL_SECONDS" getent hosts "$4" >/dev/null ||
  refuse "the name of its master does not resolve: $4"
if cured=$(cure_spin "$5") && [ -n "$cured" ]; then log_in_container "$cured"; fi
forget_the_past "$4" "$7" "$8"
exit 0
