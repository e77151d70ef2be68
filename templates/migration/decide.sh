# redis-decide.sh of a deployment with migration.from: the first pod follows the old master, outside, until the cut.
#
# While no Sentinel knows a master and no member is one, the first pod starts as replica of the old master, and the
# others start as its replicas. No one becomes a master, however long the old side is away. As soon as there is a
# master here the usual decision holds, for ever: the cut leaves the new role in redis.conf. A person overrules it with
# the file start-as-master, as everywhere.
#
# A volume that has had another role here is never taken for a new one: what it holds would be replaced.

# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-decide-members.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/migration.sh"

# shellcheck disable=SC2016
MIGRATION_DECIDE='
BEGIN {
  # Sentinels that start from their volumes answer within two seconds of their start.
  LISTEN = 5
}
$1 == "self" { me = $2; ordinal = $3 + 0 }
$1 == "member" { member[members++] = $2; is_member[$2] = 1 }
$1 == "waited" { waited = $2 + 0 }
$1 == "volume" { volume = $2 }
$1 == "last" { last = $2 }
$1 == "person" { person = $2 }
$1 == "followed" { followed = $2 }
$1 == "cut" { cut = $2 }
$1 == "over" { over = $2 }
$1 == "outside" { outside = $2; port = $3 }
$1 == "sentinel" && $3 != "silent" { known = 1 }
$1 == "peer" && $3 == "master" { known = 1 }
$1 == "peer" && $3 == "replica" { follows[$2] = $5 }
END {
  for (name in follows) if (name != me && (name in is_member) && (follows[name] in is_member) && \
    follows[name] != member[0]) known = 1
  if (!known && ordinal == 0 && cut == "yes" && over == "no" && (last == "master" || followed == "yes")) again()
  else if (known || person == "master" || last == "master" || cut == "yes") print "usual"
  else if (ordinal == 0) first()
  else other()
}
# Killed right after its promotion: Sentinels wait for a master to start with, and usually it would wait for them.
function again() {
  if (waited < LISTEN) print "wait listening for Sentinels and members, before I am the master that the cut made"
  else print "master the cut made me master, and no Sentinel has started yet"
}
function first() {
  if (followed == "no" && last != "none") print "usual"
  else if (followed == "no" && volume != "empty")
    print "help this volume holds data, and following " outside " would replace it; a person must move it off the" \
      " volume, or remove migration from the profile"
  else if (waited < LISTEN) print "wait listening for Sentinels and members, before I follow the old master"
  else print "replica " outside " port " port " is the old master, until redismanifests migrate cut"
}
function other() {
  if (!(member[0] in follows) || (follows[member[0]] in is_member) || (volume == "unusable" && last == "none"))
    print "usual"
  else if (waited < LISTEN) print "wait listening for Sentinels and members"
  else print "replica " member[0] " it follows the old master " follows[member[0]]
}
'

redis_decide() {
  _facts=$(cat)
  _answer=$({ printf '%s\n' "$_facts"; outside_facts; } | awk "$MIGRATION_DECIDE")
  if [ "$_answer" = usual ]; then printf '%s\n' "$_facts" | awk "$REDIS_DECIDE"; else printf '%s\n' "$_answer"; fi
}
outside_facts() {
  printf 'outside %s %s\n' "$OLD_HOST" "$OLD_PORT"
  if followed_outside; then echo 'followed yes'; else echo 'followed no'; fi
  if moved promoted >/dev/null; then echo 'cut yes'; else echo 'cut no'; fi
  if moved over >/dev/null; then echo 'over yes'; else echo 'over no'; fi
}
# Whether the last role of this volume is that of a replica of the old master, as the last start wrote it.
followed_outside() {
  [ -f "$OUTSIDE" ] && [ -f "$CONFIG" ] || return 1
  _replica_of=$(awk 'tolower($1) ~ /^(replicaof|slaveof)$/ { gsub(/"/, ""); to = $2 " " $3 } END { print to }' "$CONFIG")
  [ "$_replica_of" = "$(cat "$OUTSIDE")" ]
}

# Where there are passwords, logins.sh has another one.
passwords() { ! follows_outside || outside_lines; } # redis
