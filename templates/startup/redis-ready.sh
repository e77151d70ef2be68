#!/bin/sh
# redis-ready.sh: readiness probe of Redis. Could the next pod of a rollout be the master? Then this one
# must be able to take over: PING or "link up" would let the rollout go on while no Sentinel can promote
# anybody, and acknowledged writes were lost that way.
#
# Master: ready when those Sentinels that answer call it master, or when none answers (it serves all the
# same). Replica: ready when the link is up, and every Sentinel that answers, a majority at least, has
# seen this very process (run id) healthy and under the same master. Every, not most: with host names one
# Sentinel can stay wrong for ever, and the rollout has to stop there. At most 2 x CALL_SECONDS + 1 s: one
# call to itself, then the Sentinels all at once.
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

find_members || refuse 'an address of a member is not known'
ME=$(nth "$(place_of "$POD_NAME" "$REDIS_PODS")" "$REDIS_ADDRESSES")
info=$(call "$LOCAL" "$REDIS_PORT" INFO)
field() { printf '%s\n' "$info" | sed -n "s/^$1://p"; }

case $(field role) in
  master)
    # shellcheck disable=SC2046 # three words
    set -- $(ask_all ask_sentinel "$SENTINEL_ADDRESSES" | tally)
    if [ "$1" = 0 ] || [ "$2" = "$ME" ]; then exit 0; fi
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
