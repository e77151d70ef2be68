#!/bin/sh
# redis-fence.sh <process> <its start>: runs beside the server. A master that the Sentinels may replace, or
# have replaced, acknowledges nothing any more.
#
# Sentinel cannot stop a master that it does not reach, and corrects one that comes back only when it has
# looked at it for ten seconds and more. What is acknowledged meanwhile is thrown away. So the pod itself
# listens to the Sentinels (redis-fence-decide.sh has the reasons) and, where it must, pauses writes; a server
# that does not answer to that is ended. The container starts again, and comes back as a replica.
#
# Every connection is opened once and kept: at rest this costs less than 1 % of a core. Nothing here touches
# the volume, which may be what hangs.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-fence-decide.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-fence-act.sh"
SERVER_PROCESS=$1 SERVER_BEGAN=$2
# Between two questions on a connection.
EVERY=0.5
TICK=0.25
# A connection is opened anew after so long: one to an address that is gone would hang for minutes.
RENEW_SECONDS=15

# Every line is one write, so that lines of several writers do not mix.
listen() { # label user address port command...
  _label=$1 _as=$2 _to=$3 _port=$4; shift 4
  while is_process "$SERVER_PROCESS" "$SERVER_BEGAN"; do
    keep_asking "$@" | while IFS= read -r _line; do
      now
      # shellcheck disable=SC2154 # of now
      printf '%s %s %s\n' "$_label" "$_up" "$_line"
    done
    sleep 1
  done
}
# Becomes the client: it is the first part of a pipe.
# shellcheck disable=SC2086 # CLI may carry options
keep_asking() { # command...
  if [ -n "$LOGIN_DIR" ]; then
    REDISCLI_AUTH=$(cat "$LOGIN_DIR/$_as")
    export REDISCLI_AUTH
    set -- --user "$_as" "$@"
  fi
  exec timeout "$RENEW_SECONDS" $CLI -h "$_to" -p "$_port" --csv -r -1 -i "$EVERY" "$@" 2>/dev/null </dev/null
}
hear() {
  printf 'self %s\nsentinels %s\n' "$ME" "$(count "$SENTINEL_PODS")"
  for _member in $REDIS_ADDRESSES; do echo "member $_member"; done
  listen own "$ASK_USER" "$LOCAL" "$REDIS_PORT" INFO replication &
  for _who in $SENTINEL_ADDRESSES; do
    listen "sentinel $_who" "$ASK_USER" "$_who" "$SENTINEL_PORT" SENTINEL MASTER "$MASTER_NAME" &
  done
  while is_process "$SERVER_PROCESS" "$SERVER_BEGAN"; do
    now
    echo "tick $_up"
    sleep "$TICK"
  done
}
# mawk waits for a full buffer, unless it is told not to; others do not know the option.
decide_as_it_comes() {
  if awk -W interactive 'BEGIN { exit 0 }' </dev/null >/dev/null 2>&1; then
    exec awk -W interactive "$REDIS_FENCE_DECIDE"
  fi
  exec awk "$REDIS_FENCE_DECIDE"
}

wait_for_members
ME=$(own_address "$REDIS_HOSTS") || exit 1
hear | decide_as_it_comes | while read -r action reason; do
  case $action in
    hold) hold "$reason" || end_server "$reason, and it refuses: ${reply:-a connection}" ;;
    end) end_server "$reason" ;;
    look) look "$reason" ;;
    follow | attach) "$action" "${reason%% *}" "${reason#* }" ;;
    ask) ask "$reason" ;;
  esac
done
