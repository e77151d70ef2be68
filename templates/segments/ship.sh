#!/bin/sh
# segments-ship.sh: sidecar of a Redis pod, in rclone's image: what is appended to the append-only file goes to the
# store, piece by piece. It only reads the volume, and asks no server.
#
# A chain is a base and all that was appended to it: pieces of one stream of bytes, without a hole. Where that cannot
# be shown, another chain begins, with the base as it lies there. So each chain can be restored by itself, to any
# moment between its beginning and the end of its last segment. A chain begins
#   - when this script does, and a day after the last one began;
#   - when the server has another base: it has rewritten its file, or copied all from its master;
#   - when the open file is not what was read before: it was truncated, or replaced.
#
# The open file is held: where a rewrite deletes it, what is left of it can still be read. No more than one is held,
# and none where the volume has little space left. This script never ends by itself: a pod whose container ended is
# not ready.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/store.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/segments-list.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/segments-settings.sh"
umask 077

FOLDER="$DATA_DIR/$APPEND_DIR"
RETRY_SECONDS=10
CHAIN_SECONDS=86400
# appendfsync everysec puts a write off for up to two seconds while the disk is busy.
LATE_SECONDS=2
# What came last is compared before what follows is read.
LAST_BYTES=4096
# How long a master that was told to stop may take to give its role away, until what it wrote last is read.
STOP_SECONDS=10
# While the volume has less than this share of its size left, no deleted file is held.
LEAST_FREE_PERCENT=15

chain='' said=''

once() { # message...: the same one is not repeated
  [ "$*" = "$said" ] || log "$@"
  said=$*
}

# Sets base, incr (the one that is written to) and earlier (those before it) as the server's manifest names them.
read_manifest() {
  base='' incr='' earlier=''
  [ -r "$FOLDER/$APPEND_FILE.manifest" ] || return 1
  while read -r _word _file _word _number _word _type _rest; do
    case $_type in
      b) base=$_file ;;
      i) earlier="$earlier $incr"; incr=$_file ;;
    esac
  done <"$FOLDER/$APPEND_FILE.manifest"
  [ -n "$base" ] && [ -n "$incr" ]
}
# Sentinel has the server write its role down when it changes.
read_role() {
  role=master
  [ -r "$DATA_DIR/redis.conf" ] || return 0
  while read -r _key _rest; do
    case $_key in replicaof | slaveof) role=replica ;; esac
  done <"$DATA_DIR/redis.conf"
}

size_of() { stat -Lc %s "/proc/self/fd/$1" 2>/dev/null; } # descriptor
part() { # descriptor first-byte count
  tail -c "+$(($2 + 1))" "/proc/self/fd/$1" 2>/dev/null | head -c "$3"
}
sum() { sha256sum | cut -c 1-64; }
stored() { # path; its size in the store
  rclone lsf --format s "$(at "$1")"
}

# The rest of the open file, as one segment. Nothing is remembered of one that the store has not taken. A server that
# starts cuts half a command off: what was read before the upload is compared with what is there after it.
ship() { # end of what it holds, in seconds since 1970
  size=$(size_of 3) && [ "$size" -ge "$offset" ] || { broken 'is shorter than before'; return 1; }
  [ "$(last_before "$offset")" = "$last" ] || { broken 'has changed'; return 1; }
  _count=$((size - offset))
  _sum=$(part 3 "$offset" "$_count" | sum)
  _last=$(last_before "$size")
  _name=$(printf '%015d-%s-%s-%s' "$position" "$(stamp "$1")" "$shipped_role" "$_count")
  { segment_header "$_sum"; part 3 "$offset" "$_count"; } |
    rclone rcat --size $((_count + HEADER_BYTES)) "$(at "$POD_NAME/$chain/$_name")" &&
    [ "$(stored "$POD_NAME/$chain/$_name")" = $((_count + HEADER_BYTES)) ] || return 1
  [ "$(part 3 "$offset" "$_count" | sum)" = "$_sum" ] || { broken 'has changed'; return 1; }
  offset=$size position=$((position + _count)) shipped=$(seconds) last=$_last
}
last_before() { # byte
  _before=$(($1 < LAST_BYTES ? $1 : LAST_BYTES))
  part 3 $(($1 - _before)) "$_before" | sum
}
open_incr() { # file
  exec 3<&-
  # A server may delete it at any moment; exec alone would end this script.
  command exec 3<"$FOLDER/$1" || return 1
  open=$1 offset=0 last=$(printf '' | sum)
}
broken() { # what
  log "chain $chain ends: $open $1"
  leave
}
leave() {
  chain=''
  exec 3<&- 4<&- 5<&-
}

# Base first, its description second, so that a chain with a description has a base; then what was appended to it.
begin() { # moment at which the base was there, in seconds since 1970
  leave
  _noticed="$base $incr $earlier" _last=$incr began=$1
  # Held before anything is uploaded: a rewrite may delete both meanwhile.
  if ! command exec 4<"$FOLDER/$base" || ! command exec 5<"$FOLDER/$incr" || ! read_manifest ||
    [ "$base $incr $earlier" != "$_noticed" ]; then
    leave
    return 1
  fi
  _earlier=$earlier _id=$(stamp "$began")
  _size=$(size_of 4) && _sum=$(part 4 0 "$_size" | sum)
  if ! part 4 0 "$_size" | rclone rcat --size "$_size" "$(at "$POD_NAME/$_id/base")" ||
    [ "$(stored "$POD_NAME/$_id/base")" != "$_size" ] ||
    ! describe | rclone rcat "$(at "$POD_NAME/$_id/manifest.json")"; then
    leave
    return 1
  fi
  exec 4<&-
  chain=$_id chain_base=$base position=0 shipped_role=$role begun=$(seconds) shipped=$(seconds)
  seen_at=$began
  for _file in $_earlier; do
    if ! open_incr "$_file" || ! ship "$began"; then
      leave
      return 1
    fi
  done
  command exec 3<&5 5<&-
  open=$_last offset=0 last=$(printf '' | sum)
  said=''
  log "chain $chain begins: $_size bytes of $base"
  # Its first moment counts when nothing that was put off can be missing.
  sleep "$LATE_SECONDS"
  ship "$began"
}
describe() {
  cat <<END
{
"format": 1,
"id": "$_id",
"namespace": "$NAMESPACE",
"name": "$NAME",
"pod": "$POD_NAME",
"size": $_size,
"sha256": "$_sum"
}
END
}

# The server has another base. What is open is complete until it was last seen in use. A master has written to the next
# file since then, so the chain goes on with it until the next chain begins. A replica may have copied all from its
# master instead, and then the next file does not follow from this one.
turn() {
  ship "$seen_at" || return 1
  if [ "$shipped_role-$role" = master-master ] && follows "$open" "$incr" && open_incr "$incr"; then
    sleep "$LATE_SECONDS"
    ship "$now" || :
  fi
  begin "$now"
}
# appendonly.aof.7.incr.aof follows appendonly.aof.6.incr.aof
follows() { [ $(($(number "$1") + 1)) = "$(number "$2")" ]; } # file file
number() { # file
  _stem=${1%.incr.aof}
  printf '%s\n' "${_stem##*.}"
}

# One look, a second after the other. Fails where it could not do what was due.
look() {
  now=$(date +%s)
  read_manifest || return 0
  read_role
  if [ -z "$chain" ]; then
    begin "$now"
  elif [ "$base" != "$chain_base" ]; then
    turn
  elif [ "$incr" != "$open" ]; then
    # A rewrite has begun, and goes on with another file.
    ship "$seen_at" || return 1
    if ! follows "$open" "$incr" || ! open_incr "$incr"; then broken 'is not followed by the next file'; return 1; fi
  elif ! [ "$FOLDER/$incr" -ef /proc/self/fd/3 ]; then
    broken 'was replaced'
    return 1
  elif [ $(($(seconds) - begun)) -ge "$CHAIN_SECONDS" ]; then
    sleep "$LATE_SECONDS"
    ship "$now" && begin "$now"
  else
    seen_at=$now
    # The first second of another role is the last of a segment.
    if [ "$role" != "$shipped_role" ] || [ $(($(seconds) - shipped + LATE_SECONDS)) -ge "$SEGMENT_SECONDS" ]; then
      ship $((now - LATE_SECONDS)) || return 1
      shipped_role=$role
    fi
  fi
}
# The store is away: what a rewrite deletes meanwhile may be held while there is space.
let_go() {
  [ -n "$chain" ] && [ ! "$FOLDER/$open" -ef /proc/self/fd/3 ] || return 0
  # shellcheck disable=SC2046 # two numbers
  set -- $(df -Pk "$DATA_DIR" | awk 'NR == 2 { print $2, $4 }')
  [ $((${2:-0} * 100)) -lt $((${1:-1} * LEAST_FREE_PERCENT)) ] || return 0
  broken 'was deleted, and the volume is nearly full'
}

# A pod that goes: what the server still writes until it has given its role away, or ends.
stop() {
  [ -n "$chain" ] || exit 0
  _end=$(($(seconds) + STOP_SECONDS))
  while read_role && [ "$role" = master ] && [ "$(seconds)" -lt "$_end" ]; do sleep 1; done
  now=$(date +%s)
  sleep 1
  ship "$now"
  exit 0
}

until open_store; do
  once 'help: the password of the encryption cannot be used; a person must put the key password into the Secret'
  sleep "$RETRY_SECONDS"
done
stopping=no
trap 'stopping=yes' TERM
while [ "$stopping" = no ]; do
  if look; then
    sleep 1
  else
    once "a segment could not be stored; trying again every $RETRY_SECONDS s"
    let_go
    _next=$(($(seconds) + RETRY_SECONDS))
    while [ "$stopping" = no ] && [ "$(seconds)" -lt "$_next" ]; do sleep 1; done
  fi
done
stop
