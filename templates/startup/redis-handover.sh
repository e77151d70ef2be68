#!/bin/sh
# redis-handover.sh: preStop hook of Redis. Give the role of master away before SIGTERM, without losing a
# write.
#
# Without it Sentinel has to notice the death first (down-after and more). A hook that only asks for a
# failover and waits to become a replica is slower still: Sentinel demotes the old master after 4 hello
# periods, so this one makes itself a replica as soon as the Sentinels name the new master.
#
# HANDOVER_SECONDS is the most that it waits; usually it is done in 1 to 4 s. With a Redis or Sentinels that
# fall silent in the middle, each call running into its time-out, it can last 40 s.
# terminationGracePeriodSeconds >= 40 + shutdown-timeout (10) + a margin (10) = 60.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
HANDOVER_SECONDS=25
# For the last Sentinel to name the new master.
LINGER_SECONDS=4
# For replicas to attach, when all pods restart at once. Nobody can write meanwhile if they are missing.
SYNC_SECONDS=15
# For replicas to have every byte, once writes are paused.
OFFSETS_SECONDS=2
# Longer than it takes from FAILOVER to the new master (2 to 4 s); ends by itself if this hook is killed.
PAUSE_SECONDS=6
# While writes are paused nobody else is waited for longer: a Sentinel on its way out swallows packets.
PAUSED_CALL_SECONDS=1

to_container_log

began=$(seconds)
elapsed() { echo $(($(seconds) - began)); }
PATIENT_CALL_SECONDS=$CALL_SECONDS
# shellcheck disable=SC2030,SC2031 # for this call only
own() { (CALL_SECONDS=$PATIENT_CALL_SECONDS; act "$LOCAL" "$REDIS_PORT" "$@"); }
paused=''
# On every way out: a master that stays master must take writes again.
release() {
  CALL_SECONDS=$PATIENT_CALL_SECONDS
  [ -z "$paused" ] || log "writes go on: $(own CLIENT UNPAUSE)"
  paused=''
}
trap release EXIT
trap 'exit 0' TERM INT HUP

# <role> <replicas attached> <replicas of which this master heard that they have every byte> <its offset>
# <address of each attached replica>...
replication() {
  call "$LOCAL" "$REDIS_PORT" INFO replication | awk '
    { at = index($0, ":"); key = substr($0, 1, at - 1); value = substr($0, at + 1) }
    key == "role" { role = value }
    key == "master_repl_offset" { mine = value }
    key ~ /^slave[0-9]+$/ && value ~ /state=online/ {
      address = value; sub(/^ip=/, "", address); sub(/,.*/, "", address); addresses = addresses " " address
      sub(/.*offset=/, "", value); sub(/,.*/, "", value)
      offset[++attached] = value
    }
    END {
      for (i = 1; i <= attached; i++) if (offset[i] == mine) same++
      print role == "" ? "silent" : role, attached + 0, same + 0, mine addresses
    }'
}
# They are members whatever my list says, which may be older than they are: Sentinel promotes one of them.
replicas=''
take_replicas() { # what replication printed
  [ "$#" -lt 4 ] || { shift 4; replicas=$*; }
}
# How many replicas say themselves that they have every byte up to <offset>. Their master hears of it once a
# second only, and while writes are paused it may not ask: that second is longer than a forced delete leaves.
caught_up() { # offset
  ask_all ask_offset "$replicas" |
    awk -v offset="$1" -v me="$ME" '$1 == me && $2 == "up" && $3 == offset {n++} END {print n + 0}'
}
# <master> up|down <offset>
ask_offset() { # address
  call "$1" "$REDIS_PORT" INFO replication | awk '
    { at = index($0, ":"); info[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END { print info["master_host"] "", info["master_link_status"] "", info["slave_repl_offset"] "" }'
}
# Sets answers (their lines), named (the address by votes, or -), electing and healthy (how many call this a
# master without any doubt).
look() { # addresses of Sentinels; all where none is given
  answers=$(ask_all ask_sentinel "${1:-$SENTINEL_ADDRESSES}")
  healthy=$(printf '%s\n' "$answers" | awk -v me="$ME" '$4 == me && $5 == "master" {n++} END {print n + 0}')
  # shellcheck disable=SC2046 # three words
  set -- $(printf '%s\n' "$answers" | tally)
  named=$2 electing=$3
}
# The Sentinels that answered the last look. While writes are paused nobody else is asked: a node that is
# drained takes a Sentinel with the master, and by names the address of a pod that is gone swallows packets.
heard() { printf '%s\n' "$answers" | awk '$3 != "silent" {print $2}'; }
# Sentinel may promote any replica that it sees, attached or not, by what it knew of them up to ten seconds
# ago: insist on all of them while there is time, and then on all that run. One that is down is not promoted.
ready_to_hand_over() {
  # shellcheck disable=SC2046
  set -- $(replication)
  [ "$1" = master ] || { log "not master any more ($1)"; exit 0; }
  take_replicas "$@"
  attached=$2
  [ "$attached" -ge "$wanted" ] && return 0
  [ "$(elapsed)" -ge "$SYNC_SECONDS" ] || return 1
  [ "$attached" -gt 0 ] || { log 'no replica is attached: nobody to hand over to'; exit 0; }
  running=$(ask_all ask_redis "$REDIS_ADDRESSES $replicas" "$ME" |
    awk '$3 != "silent" && !seen[$2]++ {n++} END {print n + 0}')
  [ "$attached" -lt "$running" ] || return 0
  log "only $attached of $running replicas that run are attached"
  return 1
}
pause_writes() {
  log "pausing writes, $attached replicas attached: $(own CLIENT PAUSE "${PAUSE_SECONDS}000" WRITE)"
  paused=yes CALL_SECONDS=$PAUSED_CALL_SECONDS
  _tries=0
  _until=$(($(elapsed) + OFFSETS_SECONDS))
  while [ "$_tries" -lt 20 ] && [ "$(elapsed)" -le "$_until" ]; do
    # shellcheck disable=SC2046
    set -- $(replication)
    [ "${3:-0}" -lt "$attached" ] || return 0
    [ "$(caught_up "${4:--}")" -lt "$attached" ] || return 0
    sleep 0.1
    _tries=$((_tries + 1))
  done
  log "only $3 of $attached replicas have every write"
  # One that has been silent for so long is not promoted.
  [ "$(elapsed)" -ge "$SYNC_SECONDS" ]
}
# Sets acting: those that see a master here and are not in TILT. One that is (a stall, or DNS that was away)
# accepts a failover and begins it when TILT ends, up to 30 s later: writes would be paused for nothing.
find_acting() {
  acting=$(ask_all ask_acting "$(printf '%s\n' "$answers" | awk '$5 == "master" {print $2}')")
  [ -n "$acting" ] || { log 'every Sentinel that sees a healthy master here is in TILT'; return 1; }
}
ask_acting() { # address; prints it, or nothing
  if call "$1" "$SENTINEL_PORT" INFO sentinel | grep -q '^sentinel_tilt:0'; then printf '%s\n' "$1"; fi
}
# One Sentinel at a time, and the next only when this one accepted nothing: each acceptance is an epoch. Only
# those that answered a moment ago; if one falls silent now, a look at the others tells whether it began.
ask_for_failover() {
  for _sentinel in $acting; do
    _reply=$(act "$_sentinel" "$SENTINEL_PORT" SENTINEL FAILOVER "$MASTER_NAME")
    log "failover asked of the Sentinel at $_sentinel: ${_reply:-no answer}"
    case $_reply in OK | *INPROG*) return 0 ;; esac
    [ -z "$_reply" ] || continue
    look "$(heard)"
    [ "$electing" = 0 ] || return 0
  done
  return 1
}
lead_on() { # address of a replica of mine
  [ "$1" = "$new" ] || act "$1" "$REDIS_PORT" REPLICAOF "$new" "$REDIS_PORT"
}
follow() { # address
  if ! place_of "$1" "$REDIS_ADDRESSES $replicas" >/dev/null; then
    log "the Sentinels name $1, which is neither a member nor a replica of mine"
    # Where a majority does, applications are there: what this one acknowledged now would be lost. The pause
    # outlasts the server, which is told to stop when this hook ends.
    printf '%s\n' "$answers" | awk -v name="$1" -v majority="$majority" '
      $4 == name {n++} END {exit n < majority}' && paused=''
    return
  fi
  log "handed over to $1: $(own REPLICAOF "$1" "$REDIS_PORT")"
  # The new master refuses writes while nobody is attached. Sentinel moves one replica at a time, and waits
  # ten seconds for one that is gone and that it remembers.
  new=$1
  ask_all lead_on "$replicas" >/dev/null
  # Their next command has to go to the new master.
  own CLIENT KILL TYPE normal SKIPME yes >/dev/null
  release
  # The Sentinel that led the failover names this pod for a second more. A replica turns its clients away at
  # once; a pod that is gone lets them run into their connect time-out.
  _until=$(($(elapsed) + LINGER_SECONDS))
  while [ "$(elapsed)" -lt "$_until" ] && [ "$(elapsed)" -lt "$HANDOVER_SECONDS" ]; do
    ask_all ask_sentinel "$(heard)" | awk -v me="$ME" '$4 == me {n++} END {exit !n}' || return 0
    sleep 0.2
  done
}

find_members || { log 'an address of a member is not known: no hand-over'; exit 0; }
ME=$(own_address "$REDIS_HOSTS") || { log 'my own address is not known: no hand-over'; exit 0; }
majority=$(($(count "$SENTINEL_PODS") / 2 + 1))
# A pod that the list no longer names, because the deployment is scaled down, has all of them as others.
wanted=$(count "$REDIS_PODS")
! place_of "$POD_NAME" "$REDIS_PODS" >/dev/null || wanted=$((wanted - 1))
# shellcheck disable=SC2046
set -- $(replication)
take_replicas "$@"
# One that lets nobody in (clients hold every connection) waits for its replicas when it is told to stop.
[ "$1" != silent ] || { log "no hand-over, INFO was answered by: $(trouble "$LOCAL" "$REDIS_PORT")"; exit 0; }
[ "$1" = master ] || { log "$1: nothing to hand over"; exit 0; }
[ "$wanted" -gt 0 ] || exit 0

until_begun() {
  while :; do
    look "$SENTINEL_ADDRESSES"
    [ "$named" = - ] || [ "$named" = "$ME" ] || { follow "$named"; exit 0; }
    [ "$electing" = 0 ] || { log 'a failover is already under way'; return; }
    if ready_to_hand_over; then
      if [ "$healthy" -ge "$majority" ]; then
        if find_acting && pause_writes && ask_for_failover; then return; fi
        release
      else
        log "only $healthy Sentinels see a healthy master here, $majority are needed"
      fi
    fi
    if [ "$(elapsed)" -gt "$SYNC_SECONDS" ]; then
      log 'not handed over: no Sentinel began a failover in time'
      exit 0
    fi
    sleep 1
  done
}
until_begun
again=$(($(elapsed) + PAUSE_SECONDS))
while [ "$(elapsed)" -lt "$HANDOVER_SECONDS" ]; do
  look "$(heard)"
  [ "$named" = - ] || [ "$named" = "$ME" ] || { follow "$named"; exit 0; }
  # A Sentinel that went in the middle took its failover with it. By now one that lives has ended it, or says
  # that it is at it.
  if [ "$electing" = 0 ] && [ "$(elapsed)" -gt "$again" ] && [ "$(elapsed)" -le "$SYNC_SECONDS" ]; then
    log 'nobody leads the failover any more'
    release
    until_begun
    again=$(($(elapsed) + PAUSE_SECONDS))
  fi
  sleep 0.1
done
log "not handed over: after $HANDOVER_SECONDS s the Sentinels still name me"
