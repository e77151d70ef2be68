#!/bin/sh
# segments-prune.sh: removes chains of segments that lead only to moments before KEEP_SECONDS ago, and fails where the
# newest moment is old. Nothing of the Redis pods may do that: their key to the store may be one that only writes.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/store.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/segments-list.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/segments-prune-settings.sh"

fail() { log "help: $*"; exit 1; }

# The base goes first: without it the rest is no chain, and the next run takes what is left. Never `purge`: it removes
# the versions of a bucket as well, and fails where a lock protects them.
remove() { # pod/chain
  rclone deletefile "$(at "$1/base")" 2>/dev/null
  rclone delete "$(at "$1")" && rclone rmdir "$(at "$1")" && log "chain $1: removed, it ended before $_before"
}

open_store || fail 'the password of the encryption cannot be used; a person must put the key password into the Secret'
now=$(date +%s)
walked=$(list_segments) || fail 'the store does not answer, or refuses; a person must look at the lines above'
walked=$(printf '%s\n' "$walked" | walk)
newest=$(printf '%s\n' "$walked" | spans | awk '$2 "" > newest { newest = $2 } END { print newest }')
[ -n "$newest" ] || fail 'no moment can be restored: no pod has stored a chain; a person must look at the logs of' \
  'the containers segments'
if [ "$(printf '%s\n%s\n' "$newest" "$(stamp $((now + 60)))" | sort | sed -n 2p)" = "$newest" ]; then
  log "nothing is removed: a segment is of $newest, so a clock was wrong"
else
  _before=$(stamp $((now - KEEP_SECONDS)))
  # The newest chain of the deployment stays, whatever the clock says.
  printf '%s\n' "$walked" | awk -v before="$_before" -v newest="$newest" '
    $1 == "chain" && $4 "" < before "" && $4 != newest { print $2 "/" $3 }' | while read -r _chain; do
    remove "$_chain" || exit 1
  done || fail 'the store keeps what is to be removed; a person must look at the lines above'
fi
if [ "$(printf '%s\n%s\n' "$newest" "$(stamp $((now - LATE_SECONDS)))" | sort | sed -n 1p)" = "$newest" ]; then
  fail "the newest moment that can be restored is $newest: segments are not stored any more; a person must look at the" \
    'logs of the containers segments'
fi
log "segments lead to $newest"
