#!/bin/sh
# migrate.sh: the steps of a move. `redismanifests migrate` runs them in the first Redis pod (docs/moving.md).
#
#   facts            what both sides say, in chapters
#   cut MS           all steps of a cut, in order; one line for each, as it is done
#   pause MS, equal SECONDS, promote, refuse, unchanged, unpause, settle       its steps, one by one
#   stop             a cut that has not promoted yet gives up; waits until it has ended
#   named            whom the Sentinels of this deployment name
#   hold, release    this side refuses writes, or takes them as it is configured
#   lift             the old side takes writes again
#   returned         notes that this was for good
#   over             notes that the Sentinels name a master here
#   kept             notes that the old side took no write after the promotion
#
# The whole cut runs here, not at the other end of a connection: whoever started it may go away at any moment. The
# order is such that until the old side refuses, it goes on by itself when the pause ends.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/migration.sh"
CUTTING="$DATA_DIR/cutting" STOPPED="$DATA_DIR/stopped"
# More replicas than anyone has: a master that wants so many acknowledges no write.
NEVER=1000000

hundredths() { read -r _up _idle </proc/uptime; printf '%s\n' "${_up%.*}${_up#*.}"; }
# Whoever listened may be gone: the steps go on.
say() { printf '%s\n' "$*" || :; }
fail() { say "failed $*"; return 1; }

# One bounded call of the old master, without our TLS; the password goes through the environment.
old() { # command...
  (
    if [ -n "$OLD_PASSWORD" ]; then REDISCLI_AUTH=$(cat "$OLD_PASSWORD"); export REDISCLI_AUTH; fi
    [ -z "$OLD_USER" ] || set -- --user "$OLD_USER" "$@"
    exec timeout "$CALL_SECONDS" "${CLI%% *}" -h "$OLD_HOST" -p "$OLD_PORT" "$@"
  ) 2>"${errors:-/dev/null}" </dev/null | tr -d '\r'
}
own() { act "$LOCAL" "$REDIS_PORT" "$@"; } # command...
own_info() { call "$LOCAL" "$REDIS_PORT" INFO "$@"; }
field() { sed -n "s/^$1://p" | sed -n 1p; } # name
# Sets ME.
own_place() {
  [ -z "${ME:-}" ] || return 0
  find_members && ME=$(own_address "$REDIS_HOSTS") && return
  fail 'my own address is not known'
}
# The old name of min-replicas-..., which every version knows.
old_setting() { old CONFIG GET "$1" | sed -n 2p; } # name
# <offset> <changes since the last save> <time of the last save>: what tells whether a write was taken.
changes() { # stdin: INFO
  awk -F: '
    $1 == "master_repl_offset" { offset = $2 }
    $1 == "rdb_changes_since_last_save" { dirty = $2 }
    $1 == "rdb_last_save_time" { saved = $2 }
    END { print offset + 0, dirty + 0, saved + 0 }'
}
move_with() { [ ! -f "$MOVE" ] || cat "$MOVE"; printf '%s\n' "$*"; }
note() { put "$MOVE" move_with "$*" || fail "cannot write $MOVE: ${put_failed:-no room}"; } # word values...
configured() { # name default
  awk -v name="$1" -v value="$2" '$1 == name { value = $2 } END { print value }' "$CONFIG_DIR/redis.conf"
}

facts() {
  printf '== old\n'; old INFO
  printf '== limits\n'; old CONFIG GET min-slaves-to-write
  printf '== trouble\n'; (errors=/dev/stdout; old PING)
  printf '== own\n'; own_info
  printf '== move\n'; cat "$MOVE" 2>/dev/null
  printf '== held\n%s\n' "$NEVER"
}

pause() { # ms
  _reply=$(old CLIENT PAUSE "$1" WRITE)
  case $_reply in
    OK) say "paused the old master holds writes for at most $1 ms" ;;
    # Before 6.2 a pause would also stop what is asked during it.
    *ERR*)
      # What its refusal lets happen is no write of a client: keys that expire.
      refuse && note same && say 'paused the old master refuses writes: it is older than 6.2 and cannot hold them' ;;
    *) fail "the old master did not pause: ${_reply:-no answer}" ;;
  esac
}
equal() { # seconds
  _target=$(old INFO replication | field master_repl_offset)
  [ -n "$_target" ] || { fail 'the old master does not answer'; return; }
  reached "$_target" "$1" || return
  say "equal both sides have $_target bytes"
}
reached() { # offset seconds
  _target=$1 _until=$(($(hundredths) + $2 * 100))
  _limit=$2
  while :; do
    # shellcheck disable=SC2046 # two words
    set -- $(own_info replication | awk -F: '
      $1 == "slave_repl_offset" { offset = $2 }
      $1 == "master_link_status" { link = $2 }
      END { print offset + 0, link }')
    [ "${2:-}" != up ] || [ "$1" -lt "$_target" ] || break
    [ ! -e "$STOPPED" ] || { fail 'stopped by a person'; return; }
    [ "$(hundredths)" -lt "$_until" ] || { fail "this side has $1 of $_target bytes after $_limit s"; return; }
    sleep 0.05
  done
}
# A master that holds writes holds the PUBLISH of its Sentinels as well, and every question behind it on the same
# connection: when that has lasted for their down-after, they promote one of its replicas, which takes writes.
still_master() { # _info
  case $_info in
    *role:slave*) fail 'the old side has failed over: the old master is a replica now, and another one takes writes' ;;
  esac
}
# Whoever reads the volume afterwards knows what was true at the moment of the promotion. Every write of before is here,
# and one that comes later, because the pause ended first, shows in what is noted (unchanged).
# Of a cut, LATEST is when it must be done with waiting.
promote() { # seconds
  own_place || return
  _info=$(old INFO)
  _changes=$(printf '%s\n' "$_info" | changes)
  still_master || return
  # A master that has replicated nothing yet is at 0, and the time of the last save is that of its start at the least.
  [ "${_changes##* }" -gt 0 ] || { fail 'the old master does not answer'; return; }
  reached "${_changes%% *}" "${1:-1}" || return
  say "equal both sides have ${_changes%% *} bytes"
  if [ -e "$STOPPED" ] || [ "$(hundredths)" -gt "${LATEST:-$(hundredths)}" ]; then
    fail 'stopped, or out of time, before the promotion'
    return
  fi
  note old "$_changes" || return
  _reply=$(own REPLICAOF NO ONE)
  # An answer that came too late is no refusal.
  [ "$_reply" = OK ] || [ "$(own_info replication | field role)" = master ] ||
    { fail "this side was not promoted: ${_reply:-no answer}"; return; }
  # Two lines, written as one.
  note own "$(own_info | changes)
promoted"
  # The next start reads its role there.
  _reply=$(own CONFIG REWRITE)
  say "promoted this side is master at $ME"
  [ "$_reply" = OK ] || say "warning redis.conf was not written: ${_reply:-no answer}"
}
# What only a replica of the old side had.
settle() {
  own_place || return
  own CONFIG SET replica-announce-ip "$ME" >/dev/null
  own CONFIG SET replica-announce-port "$REDIS_PORT" >/dev/null
  own CONFIG SET replica-priority "$(configured replica-priority 100)" >/dev/null
  own CONFIG SET masteruser "${REPLICATION_USER:-}" >/dev/null
  own_password >/dev/null
  _reply=$(own CONFIG REWRITE)
  [ "$_reply" = OK ] || say "warning redis.conf was not written: ${_reply:-no answer}"
}
# Whether the old side took no write between the promotion and its refusal; it goes on where it may have.
unchanged() {
  if moved same >/dev/null; then return; fi
  _info=$(old INFO)
  still_master || { lift; return 1; }
  _then=$(moved old) _now=$(printf '%s\n' "$_info" | changes)
  if printf '%s %s\n' "$_then" "$_now" | awk '{ exit !($6 > 0 && ($1 == $4 || ($2 == $5 && $3 == $6))) }'; then
    note same
    return
  fi
  fail 'the old master may have taken writes after its pause had ended, which are not here; it takes writes again'
  lift
  return 1
}
# Through standard input: arguments are seen by every process of the node.
own_password() {
  if [ -z "$LOGIN_DIR" ]; then own CONFIG SET masterauth ''; return; fi
  # shellcheck disable=SC2086 # CLI may carry options
  REDISCLI_AUTH=$(cat "$LOGIN_DIR/$ACT_USER") timeout "$CALL_SECONDS" $CLI --user "$ACT_USER" -h "$LOCAL" \
    -p "$REDIS_PORT" -x CONFIG SET masterauth <"$LOGIN_DIR/$REPLICATION_USER" 2>/dev/null
}
# Notes what the old side required before its refusal. A cut does so before it holds writes: each question takes time.
keep_former() {
  _now=$(old_setting min-slaves-to-write) _lag=$(old_setting min-slaves-max-lag)
  [ -n "$_now" ] || { fail 'the old master does not tell its settings'; return; }
  [ "$_now" = "$NEVER" ] || note former "$_now" "${_lag:-10}"
}
refuse() {
  [ -n "${_lag:-}" ] || keep_former || return
  # With 0 it would not look at its replicas.
  [ "$_lag" != 0 ] || old CONFIG SET min-slaves-max-lag 10 >/dev/null
  _reply=$(old CONFIG SET min-slaves-to-write "$NEVER")
  [ "$_reply" = OK ] || { fail "the old master does not refuse writes: ${_reply:-no answer}"; return; }
  say 'refused the old master refuses writes from here on'
}
unpause() {
  # Before 6.2 there is none, and no pause either.
  _reply=$(old CLIENT UNPAUSE)
  case $_reply in
    OK | *ERR*) say 'unpaused clients of the old master are answered again' ;;
    *) fail 'the old master does not answer: its pause ends by itself' ;;
  esac
}
cut() { # ms
  # Not TERM, which every call that it starts would ignore as well.
  trap '' PIPE HUP INT
  rm -f "$STOPPED"
  echo "$$" >"$CUTTING"
  cut_within "$1"
  _code=$?
  say "took $((($(hundredths) - ${_began:-$(hundredths)}) * 10))"
  rm -f "$CUTTING" "$STOPPED"
  return "$_code"
}
cut_within() { # ms
  # For promoting and refusing: two seconds are not enough on a machine with far too much work.
  _reserve=$(($1 * 2 / 5))
  own_place || return
  keep_former || return
  _began=$(hundredths)
  pause "$1" || { go_back; return 1; }
  # Each question is a process or five, and writes are held meanwhile: what equal asks, this asks anyway.
  LATEST=$((_began + ($1 - _reserve) / 10))
  promote "$((($1 - _reserve) / 1000))" || { go_back; return 1; }
  refuse || return
  unchanged || { unpause; return 1; }
  unpause
  settle
}
# Nothing was promoted: the old side goes on, also where a pause was a refusal.
go_back() {
  [ "$(old_setting min-slaves-to-write)" != "$NEVER" ] || lift
  unpause
}
stop() {
  : >"$STOPPED"
  # One that was asked for a moment ago has begun by then.
  sleep 1
  _tries=0
  while under_way && [ "$_tries" -lt 300 ]; do sleep 0.1; _tries=$((_tries + 1)); done
  if under_way; then fail 'the cut has not ended within 30 s'; else say 'idle no cut is under way'; fi
}
under_way() { [ -e "$CUTTING" ] && kill -0 "$(cat "$CUTTING")" 2>/dev/null; }
named() {
  own_place || return
  # shellcheck disable=SC2046 # three words
  set -- $(ask_all ask_sentinel "$SENTINEL_ADDRESSES" | tally)
  say "named $1 $2 $ME"
}
hold() { hold_with "$NEVER"; }
release() { hold_with "$(configured min-replicas-to-write 0)"; }
hold_with() { # number
  _reply=$(own CONFIG SET min-replicas-to-write "$1")
  [ "$_reply" = OK ] || { fail "this side did not take min-replicas-to-write $1: ${_reply:-no answer}"; return; }
  say "held min-replicas-to-write is $1 here"
}
lift() {
  # shellcheck disable=SC2046 # two words
  set -- $(moved former || echo 0 10)
  old CONFIG SET min-slaves-max-lag "${2:-10}" >/dev/null
  _reply=$(old CONFIG SET min-slaves-to-write "$1")
  [ "$_reply" = OK ] || { fail "the old master still refuses writes: ${_reply:-no answer}"; return; }
  say "lifted the old master takes writes again: min-replicas-to-write is $1"
}
kept() { note same; }
over() { note over; }
returned() { note returned && say 'returned the move has gone back'; }
_verb=$1; shift
"$_verb" "$@"
