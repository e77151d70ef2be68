#!/bin/sh
# dump.sh: init container of a backup: a dump of a replica, checked and described, in SCRATCH.
#
# Never of the master: it would show this client as a replica with port 0, and every Sentinel would remember that
# replica forever. A promotion in the middle of a dump ends it, because a server that becomes master disconnects its
# replicas; the next try finds another one.
#
# A dump is only good if it has what the master had when this began. So the master is asked for its offset first, and
# the replica is waited for; afterwards the dump itself says at which offset it was made.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
umask 077

# The longest wait for a master, for a replica that follows it, and for a replica that must catch up.
FIND_SECONDS=60
FENCE_SECONDS=60
# A clock that is further off than this would give a backup a wrong time, and let the retention remove good ones.
CLOCK_SECONDS=60

DUMP=$SCRATCH/dump.rdb
DRAFT=$SCRATCH/manifest.json

fail() { log "no backup: $*"; exit 1; }
ask() { call_as "$BACKUP_USER" "$@"; } # address port command...

take_login() {
  [ -n "$LOGIN_DIR" ] || return 0
  # shellcheck source=/dev/null
  . "$CONFIG_DIR/logins.sh"
  take_logins || fail "the password of $BACKUP_USER cannot be used"
}

# What this Sentinel says, one line; nothing where it is silent or refuses.
name_master() { # address
  ask "$1" "$SENTINEL_PORT" SENTINEL get-master-addr-by-name "$MASTER_NAME" | sed -n '1p'
}
# The member that more than half of all Sentinels name.
find_master() {
  find_members || return 1
  _named=$(ask_all name_master "$SENTINEL_ADDRESSES" | sort | uniq -c | sort -rn | sed -n '1p')
  # shellcheck disable=SC2086 # a number and a word
  set -- $_named
  [ $(($(count "$SENTINEL_ADDRESSES") / 2)) -lt "${1:-0}" ] && place_of "${2:-}" "$REDIS_ADDRESSES" >/dev/null &&
    master=$2
}

info() { ask "$1" "$REDIS_PORT" INFO; } # address
field() { sed -n "s/^$1://p" "$2"; } # name file

# copy <run id> <address>, where this member follows the master and is in order.
ask_copy() { # address
  info "$1" | awk -v who="$1" -v master="$master" '
    { at = index($0, ":"); value[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END {
      if (value["role"] == "slave" && value["master_host"] == master && value["master_link_status"] == "up" &&
          value["master_sync_in_progress"] == "0" && value["loading"] == "0")
        print "copy", value["run_id"], who
    }'
}
# Replicas in order, the one first that Sentinel would promote last: of equals it takes the smallest run id.
find_copies() {
  copies=$(ask_all ask_copy "$REDIS_ADDRESSES" "$master" | sort -r | awk '{print $3}')
  [ -n "$copies" ]
}

find_source() {
  _until=$(($(seconds) + FIND_SECONDS))
  why='no majority of the Sentinels names one master'
  while :; do
    if find_master; then
      why="no replica follows the master $master with its link up; the master itself is never read"
      find_copies && break
    fi
    [ "$(seconds)" -lt "$_until" ] || fail "$why (waited $FIND_SECONDS s)"
    sleep 1
  done
  info "$master" >"$SCRATCH/master"
  replid=$(field master_replid "$SCRATCH/master")
  start=$(field master_repl_offset "$SCRATCH/master")
  case $replid:$start in
    *[!0-9a-f:]* | :* | *:) fail "the master $master does not say its offset" ;;
  esac
}

# The clock of this node against that of two others: the time of a backup is what the retention goes by.
seconds_off() { # file with INFO
  _theirs=$(field server_time_usec "$1")
  _off=$(($(date +%s) - ${_theirs:-0} / 1000000))
  printf '%s\n' "${_off#-}"
}
check_clock() {
  [ "$(seconds_off "$SCRATCH/master")" -le "$CLOCK_SECONDS" ] ||
    [ "$(seconds_off "$SCRATCH/copy")" -le "$CLOCK_SECONDS" ] ||
    fail "the clock of this node is $(seconds_off "$SCRATCH/master") s off that of the servers: set it (NTP)"
}

# Whether a replica gets to the offset of the start, in the same history, in time.
reaches_start() { # address
  _until=$(($(seconds) + FENCE_SECONDS))
  while :; do
    info "$1" >"$SCRATCH/copy"
    if [ "$(field master_replid "$SCRATCH/copy")" = "$replid" ]; then
      _at=$(field slave_repl_offset "$SCRATCH/copy")
      [ "${_at:-0}" -lt "$start" ] || return 0
    fi
    [ "$(seconds)" -lt "$_until" ] || return 1
    sleep 0.2
  done
}
find_copy() {
  for copy in $copies; do
    reaches_start "$copy" && return 0
    log "replica $copy has not reached offset $start of the master in $FENCE_SECONDS s"
  done
  fail "no replica has reached what the master had when this began"
}

# redis-cli leaves part of a file where the source dies, and says so by its exit code.
dump() { # address
  {
    [ -z "$LOGIN_DIR" ] || REDISCLI_AUTH=$(cat "$LOGIN_DIR/$BACKUP_USER")
    export REDISCLI_AUTH
  } 2>/dev/null
  [ -z "$LOGIN_DIR" ] || CLI="$CLI --user $BACKUP_USER"
  # shellcheck disable=SC2086 # CLI may carry options
  exec timeout "$TIMEOUT_SECONDS" $CLI -h "$1" -p "$REDIS_PORT" --rdb "$DUMP"
}
# A promotion may come between the last look and the first byte: the new master would show this client as a replica.
dump_unless_master() { # address
  rm -f "$DUMP"
  log "dump of replica $1: it has offset $start of the master $master"
  (dump "$1") >"$SCRATCH/said" 2>&1 </dev/null &
  _dumping=$!
  sleep 0.3
  if [ "$(ask "$1" "$REDIS_PORT" ROLE | sed -n 1p)" = master ]; then
    kill "$_dumping"
    wait "$_dumping"
    fail "$1 has just become the master"
  fi
  wait "$_dumping" || fail "the dump of $1 ended early: $(tail -n 1 "$SCRATCH/said")"
  [ -s "$DUMP" ] || fail "the dump of $1 is empty: $(tail -n 1 "$SCRATCH/said")"
}

# Exit code and words: the check must have read the file to its end.
check_dump() {
  "${SERVER%-server}-check-rdb" "$DUMP" >"$SCRATCH/checked" 2>&1 ||
    fail "the dump is damaged: $(tail -n 1 "$SCRATCH/checked")"
  keys=$(sed -n 's/^\[info\] \([0-9]*\) keys read$/\1/p' "$SCRATCH/checked")
  [ -n "$keys" ] || fail "the check of the dump counted no keys: $(tail -n 1 "$SCRATCH/checked")"
}
aux() { sed -n "s/^.*AUX FIELD $1 = '\(.*\)'\$/\1/p" "$SCRATCH/checked" | sed -n 1p; } # name
check_point() {
  offset=$(aux repl-offset)
  [ "$(aux repl-id)" = "$replid" ] || fail "the dump is of another history than the master's: a failover came between"
  [ "${offset:-0}" -ge "$start" ] || fail "the dump is of offset ${offset:-0}, before the start ($start)"
}

# {"0": 12, "3": 1}: what the replica held when the dump began; clients write on meanwhile.
databases() {
  sed -n 's/^db\([0-9]*\):keys=\([0-9]*\),.*/\1 \2/p' "$SCRATCH/copy" |
    awk '{ printf "%s\"%s\": %s", (NR > 1 ? ", " : ""), $1, $2 } END { print "" }'
}
readers() { # RDB version
  for _each in $READERS; do
    [ "${_each%%=*}" != "$1" ] || printf '"%s"' "${_each#*=}" | sed 's/,/", "/g'
  done
}
# One field a line, so that a shell can read it.
describe() {
  rdb_version=$(head -c 9 "$DUMP" | tr -cd '0-9' | sed 's/^0*//')
  engine=redis version=$(aux redis-ver)
  [ -n "$version" ] || { engine=valkey; version=$(aux valkey-ver); }
  functions=$(field number_of_functions "$SCRATCH/copy")
  cat <<END
{
"format": 1,
"id": "$id",
"namespace": "$NAMESPACE",
"name": "$NAME",
"profileDigest": "$PROFILE_DIGEST",
"engine": "$engine",
"version": "$version",
"rdbVersion": $rdb_version,
"replicationId": "$replid",
"offset": $offset,
"startOffset": $start,
"time": "$time",
"keys": $keys,
"databases": {$(databases)},
"functions": ${functions:-0},
"usedMemory": $(aux used-mem),
"size": $(wc -c <"$DUMP" | tr -d ' '),
"sha256": "$(sha256sum "$DUMP" | cut -c 1-64)",
"readableBy": [$(readers "$rdb_version")]
}
END
}

take_login
find_source
find_copy
check_clock
now=$(date +%s)
time=$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ)
id=$(date -u -d "@$now" +%Y%m%dT%H%M%SZ)-$(printf '%s' "$replid" | cut -c 1-8)
dump_unless_master "$copy"
check_dump
check_point
describe >"$DRAFT" || fail "cannot write to $SCRATCH"
log "dump $id: $keys keys, $(wc -c <"$DUMP" | tr -d ' ') bytes, offset $offset (start $start)"
