# migration.sh: the old master, outside of this deployment, that its first pod follows while the data move here.
#
# Sourced after lib.sh, in Redis pods. migration-settings.sh assigns OLD_HOST OLD_PORT OLD_USER, and OLD_PASSWORD, the
# file of its password or nothing.
#
# What lies on the volume of the first pod:
#   outside    <host> <port> that the last start followed
#   move       what a cut did: lines of "<word> <values>", the last one of a word counts
#     former <min-replicas-to-write> <min-replicas-max-lag>   of the old side, before it refused
#     old <offset> <changes> <time of the last save>          of the old side, when this one was promoted
#     own <offset> <changes> <time of the last save>          of this side, at the same moment
#     promoted                                                the old side is never followed again
#     same                                                    the old side took no write after that
#     over                                                    the Sentinels name a master here
#     returned                                                a person went back to the old side

# shellcheck source=/dev/null
. "$CONFIG_DIR/migration-settings.sh"
OUTSIDE="$DATA_DIR/outside"
MOVE="$DATA_DIR/move"
# For documentation only (RFC 5737), so it leads to no one; port 1 has no service. Sentinels of the old side take every
# replica of their master for theirs: they would promote this one, or make it a replica again after the cut.
NOWHERE=192.0.2.1
NOWHERE_PORT=1

# A deciding pod has chosen the old master (redis-decide.sh).
follows_outside() { _first=${reason:-}; [ "${action:-} ${_first%% *}" = "replica $OLD_HOST" ]; }
# Lines of its redis.conf, after all others.
outside_lines() {
  printf '%s %s\n' "$OLD_HOST" "$OLD_PORT" >"$OUTSIDE" || return 1
  printf '\nreplicaof %s %s\n' "$OLD_HOST" "$OLD_PORT"
  printf 'replica-announce-ip %s\nreplica-announce-port %s\nreplica-priority 0\n' "$NOWHERE" "$NOWHERE_PORT"
  printf 'masteruser "%s"\nmasterauth "' "$OLD_USER" && quoted_password && printf '"\n'
}
quoted_password() { [ -z "$OLD_PASSWORD" ] || tr -d '\r\n' <"$OLD_PASSWORD" | sed 's/[\\"]/\\&/g'; }
moved() { # word; prints its values, or fails
  [ -f "$MOVE" ] && awk -v word="$1" '
    $1 == word { found = 1; $1 = ""; value = substr($0, 2) }
    END { if (!found) exit 1; print value }' "$MOVE"
}
