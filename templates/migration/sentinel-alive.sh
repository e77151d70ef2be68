#!/bin/sh
# sentinel-alive.sh of a deployment with migration.from: a start that waits for the cut is alive, for days.
# Without this each of them would be restarted when its startup probe has failed often enough.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# Longer than a round of asking, and than a server needs to come up after it.
FRESH_SECONDS=15
if read -r _then 2>/dev/null <"$DATA_DIR/waiting"; then
  _age=$(($(seconds) - _then))
  # The node's uptime begins again where it restarts.
  if [ "$_age" -ge 0 ] && [ "$_age" -le "$FRESH_SECONDS" ]; then exit 0; fi
fi
exec sh "$CONFIG_DIR/sentinel-alive-members.sh"
