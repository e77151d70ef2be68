#!/bin/sh
# sentinel-leave.sh: preStop hook of Sentinel. Finish the failover that this one leads before SIGTERM.
#
# A Sentinel that goes in the middle takes the failover with it: a replica may be master already, and nobody
# else knows. The others begin no other one, because the old master is not down: its own hook waits for a
# successor, with writes paused. Draining a node evicts a master and a Sentinel in the same moment.
#
# LEAVE_SECONDS is the most that it waits; where nothing is under way it is done in two. With members that
# fall silent, each look runs into the time-out of a call, so it can last 12 s.
# terminationGracePeriodSeconds >= 12 + a margin (3) = 15.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
LEAVE_SECONDS=10
# Half a second apart. The hook of a master that is evicted in the same moment asks for a failover in its
# first second and a half, and may ask this Sentinel: if that is gone a moment later, so is the failover.
QUIET_LOOKS=4

to_container_log

find_members || { log 'an address of a member is not known: leaving as I am'; exit 0; }
ME=$(own_address "$SENTINEL_HOSTS") || ME=''

# leads: a failover of mine is under way. behind: one of those who answer names another master than I do; they
# hear of it with my next hello, two seconds later at the most. settled: neither.
state() {
  { ask_sentinel "$LOCAL" & ask_all ask_sentinel "$SENTINEL_ADDRESSES" "$ME"; wait; } | awk -v me="$LOCAL" '
    $3 == "silent" { next }
    $2 == me { master = $4; leads = $5 ~ /failover_in_progress/; next }
    { answers++; named[$4]++ }
    END { print leads ? "leads" : master != "" && named[master] < answers ? "behind" : "settled" }'
}
began=$(seconds)
told='' quiet=0
while [ "$(($(seconds) - began))" -lt "$LEAVE_SECONDS" ]; do
  state=$(state)
  if [ "$state" = settled ]; then
    quiet=$((quiet + 1))
    [ "$quiet" -lt "$QUIET_LOOKS" ] || break
    sleep 0.5
    continue
  fi
  quiet=0
  [ "$state" = "$told" ] || log "not leaving yet: $state"
  told=$state
  sleep 0.1
done
if [ "$state" != settled ]; then log "leaving after $LEAVE_SECONDS s, and still: $state"
elif [ -n "$told" ]; then log 'all name one master: leaving'; fi
