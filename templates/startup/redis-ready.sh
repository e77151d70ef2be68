#!/bin/sh
# redis-ready.sh: readiness probe of Redis. Could the next pod of a rollout be the master? Then this one
# must be able to take over: PING or "link up" would let the rollout go on while no Sentinel can promote
# anybody, and acknowledged writes were lost that way.
#
# Master: ready when those Sentinels that answer call it master, or when none answers (it serves all the
# same). Not while it refuses writes for want of replicas that most Sentinels see healthy under it: then a
# link is cut, and those replicas serve reads. Where they are gone, it is the one that does.
# Replica: ready when the link is up, and every Sentinel that answers, a majority at least, has seen this very
# process (run id) healthy and under the same master. Every, not most: with host names one Sentinel can stay
# wrong for ever, and the rollout has to stop there.
# At most 3 x CALL_SECONDS + 1 s: one call to itself, then the Sentinels all at once, a master's twice.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
refuse() { echo "$*"; exit 1; }

# seen <yes|no>, or nothing when the Sentinel does not answer. A line can be empty: the run id of a replica
# that the Sentinel has not reached yet.
ask_whether_seen() { # sentinel address
  call "$1" "$SENTINEL_PORT" SENTINEL REPLICAS "$MASTER_NAME" |
    awk -v me="$ME" -v id="$run_id" -v master="$master" '
    { line++ }
    line == 1 && $0 !~ /^name$/ { exit }
    line % 2 { key = $0; next }
    { answered = 1 }
    key == "name" { split("", value) }
    { value[key] = $0 }
    value["ip"] == me && value["runid"] == id && value["flags"] == "slave" &&
      value["master-host"] == master && value["master-link-status"] == "ok" { seen = 1 }
    END { if (answered) print "seen", seen ? "yes" : "no" }'
}

# How many replicas of this master a Sentinel sees healthy, on a line of its own; nothing when it is silent.
ask_for_replicas() { # sentinel address
  call "$1" "$SENTINEL_PORT" SENTINEL REPLICAS "$MASTER_NAME" |
    awk -v me="$ME" '
    { line++ }
    line == 1 && $0 !~ /^name$/ { exit }
    line % 2 { key = $0; next }
    { answered = 1 }
    key == "name" { split("", value); counted = 0 }
    { value[key] = $0 }
    value["flags"] == "slave" && value["master-host"] == me && value["master-link-status"] == "ok" &&
      !counted++ { healthy++ }
    END { if (answered) print healthy + 0 }'
}
# Good replicas are those that this master has heard within min-replicas-max-lag; INFO counts them where
# min-replicas-to-write is set.
refuses_writes() {
  _good=$(field min_slaves_good_slaves)
  _needed=$(awk '$1 == "min-replicas-to-write" {n = $2} END {print n + 0}' "$CONFIG_DIR/redis.conf")
  [ -n "$_good" ] && [ "$_good" -lt "$_needed" ] || return 1
  _seeing=$(ask_all ask_for_replicas "$SENTINEL_ADDRESSES" | awk -v needed="$_needed" '$1 >= needed' | wc -l)
  [ "$_seeing" -gt $(($(count "$SENTINEL_PODS") / 2)) ]
}

find_members || refuse 'an address of a member is not known'
ME=$(own_address "$REDIS_HOSTS") || refuse 'my own address is not known'
info=$(call "$LOCAL" "$REDIS_PORT" INFO)
field() { printf '%s\n' "$info" | sed -n "s/^$1://p"; }
# The files of this volume can be loaded (redis-volume.sh).
[ "$(field loading)" != 0 ] || rm -f "$DATA_DIR/loading"

case $(field role) in
  master)
    # shellcheck disable=SC2046 # three words
    set -- $(ask_all ask_sentinel "$SENTINEL_ADDRESSES" | tally)
    if [ "$1" = 0 ] || [ "$2" = "$ME" ]; then
      refuses_writes || exit 0
      refuse "master, and it refuses writes: it hears $_good of $_needed replicas that $_seeing Sentinels see"
    fi
    refuse "master, but the Sentinels name $2"
    ;;
  slave) ;;
  *) refuse "no answer to INFO: $(trouble "$LOCAL" "$REDIS_PORT")" ;;
esac
[ "$(field master_link_status)" = up ] || refuse 'replica, and the link to the master is down'
run_id=$(field run_id)
master=$(field master_host)
answers=$(ask_all ask_whether_seen "$SENTINEL_ADDRESSES")
seen=$(printf '%s\n' "$answers" | grep -c yes)
blind=$(printf '%s\n' "$answers" | grep -c no)
needed=$(($(count "$SENTINEL_PODS") / 2 + 1))
[ "$blind" = 0 ] || refuse "replica, and $blind Sentinels do not see this process healthy"
[ "$seen" -ge "$needed" ] || refuse "replica, and only $seen Sentinels see it, $needed are needed"
