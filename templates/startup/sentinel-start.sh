#!/bin/sh
# sentinel-start.sh: the command of the Sentinel container. Ask, decide, write sentinel.conf, become a
# Sentinel.
#
# Of the old file only what Sentinel learned about votes survives: monitor, config-epoch, leader-epoch and
# current-epoch. Replicas and other Sentinels are the fixed members with fixed ids, so that a restart
# leaves no phantom that raises the majority. The old known-* lines are never read again: written while
# names do not resolve they can hold duplicates, and then no Sentinel starts any more.
#
# Waits as long as nobody knows a master and none runs: at a first start until redis-0 has begun (about
# FOLLOW_AFTER + start of the pods), at most 66 s + loading of the Redis pods where no person is needed. By
# names also, for a while, until the remembered one leads to somebody.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/sentinel-decide.sh"
# shellcheck source=/dev/null
if have_logins; then . "$CONFIG_DIR/logins.sh"; fi
# Process 1 sleeps through a signal that it has no trap for: a start that waits would last the whole grace.
trap 'exit 143' TERM

CONFIG="$DATA_DIR/sentinel.conf"

# What the old file says: <key> <value> for its own master name, and current-epoch.
remembered() { # monitor|config-epoch|leader-epoch|current-epoch
  [ -f "$CONFIG" ] || return 0
  awk -v key="$1" -v name="$MASTER_NAME" '
    { gsub(/"/, "") }
    $1 == "sentinel" && $2 == key && (key == "current-epoch") { value = $3 }
    $1 == "sentinel" && $2 == key && $3 == name { value = $4 }
    END { if (value != "") print value }' "$CONFIG"
}
state() {
  _master=$(remembered monitor)
  _epoch=$(remembered config-epoch)
  if [ -z "$_master" ]; then echo 'state none'
  elif _today=$(address_today "$_master"); then echo "state known ${_epoch:-0} $_today"
  else echo "state unknown ${_epoch:-0} $_master"; fi
}
facts() { # seconds waited
  printf 'self %s\n' "$ME"
  for _member in $REDIS_ADDRESSES; do echo "member $_member"; done
  for _member in $(past_addresses); do echo "past $_member"; done
  printf 'sentinels %s\nwaited %s\n' "$(count "$SENTINEL_PODS")" "$1"
  _state=$(state)
  echo "$_state"
  {
    case $ADDRESSING:$_state in hostname:'state known '*) say_if_lost "${_state##* }" ;; esac &
    ask_all ask_sentinel "$SENTINEL_ADDRESSES" "$ME" &
    ask_all ask_redis "$REDIS_ADDRESSES"
    wait
  } | sort -u
}
# DNS may still give the address of a pod that is gone, where packets are lost without a word. Four times,
# because each replica of CoreDNS has a memory of its own, and Sentinel will resolve the name again.
say_if_lost() { # address; prints: lost <address>
  for _ in 1 2 3 4; do loses "$1" & done
  wait
}
# shellcheck disable=SC2086 # CLI may carry options
loses() { # address
  timeout "$CALL_SECONDS" $CLI -h "$1" -p "$REDIS_PORT" PING >/dev/null 2>&1 </dev/null
  case $? in 124 | 143) echo "lost $1" ;; esac # what timeout of coreutils says, and that of busybox
}

compose() { # master address, config-epoch
  umask 077
  _leader=$(remembered leader-epoch)
  _current=$(remembered current-epoch)
  _current=${_current:-0}
  # An epoch that was adopted from others has been current as well.
  [ "$_current" -ge "$2" ] || _current=$2
  _names=no
  [ "$ADDRESSING" != hostname ] || _names=yes
  text=$(
    printf 'dir %s\n' "$DATA_DIR"
    printf 'sentinel resolve-hostnames %s\nsentinel announce-hostnames %s\n' "$_names" "$_names"
    printf 'sentinel announce-ip %s\nsentinel announce-port %s\n' "$ME" "$SENTINEL_PORT"
    printf 'sentinel myid %s\n' "$(nth "$ORDINAL" "$SENTINEL_IDS")"
    printf 'sentinel monitor %s %s %s %s\n' "$MASTER_NAME" "$1" "$REDIS_PORT" "$QUORUM"
    configuration "$CONFIG_DIR/sentinel.conf" || exit 1
    printf '\nsentinel config-epoch %s %s\n' "$MASTER_NAME" "$2"
    printf 'sentinel leader-epoch %s %s\n' "$MASTER_NAME" "${_leader:-0}"
    printf 'sentinel current-epoch %s\n' "$_current"
    for _member in $REDIS_ADDRESSES; do
      [ "$_member" = "$1" ] ||
        printf 'sentinel known-replica %s %s %s\n' "$MASTER_NAME" "$_member" "$REDIS_PORT"
    done
    _i=0
    for _member in $SENTINEL_ADDRESSES; do
      [ "$_member" = "$ME" ] || printf 'sentinel known-sentinel %s %s %s %s\n' "$MASTER_NAME" "$_member" \
        "$SENTINEL_PORT" "$(nth "$_i" "$SENTINEL_IDS")"
      _i=$((_i + 1))
    done
  )
}
composed() { printf '%s\n' "$text" && passwords sentinel; }

start() { # master address, config-epoch; returns where it cannot write
  compose "$1" "$2" || { log "cannot read $CONFIG_DIR/sentinel.conf"; exit 1; }
  # Before: what is taken of it stays free for the server, which writes its file again with each vote. Nothing
  # else grows on this volume.
  set_aside
  put "$CONFIG" composed || { cannot_write "$CONFIG"; return; }
  remember_members
  exec "$SERVER" "$CONFIG" --sentinel
}

place_in "$SENTINEL_PODS" || exit 1
take_logins || exit 1
wait_for_members
wait_for_one_language
wait_to_be_let_in sentinel
ME=$(nth "$ORDINAL" "$SENTINEL_ADDRESSES")
action='' reason=''
while deliberate sentinel_decide; do
  if [ "$action" = monitor ]; then
    rest=${reason#* }
    start "${reason%% *}" "${rest%% *}"
  fi
  begin_again_if_renewed
  find_members || log 'an address of a member is not known at the moment'
  sleep 1
done
