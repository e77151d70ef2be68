# sentinel-decide.sh of a deployment with migration.from: while its members follow the old master, no one is to be
# monitored. Sentinels that ran would take a master that is a replica for down, and promote another one.
#
# Waiting has no limit here. The file "waiting" on the volume is renewed in each round, and lets sentinel-alive.sh tell
# a start that waits from one that hangs.

# shellcheck source=/dev/null
. "$CONFIG_DIR/sentinel-decide-members.sh"

sentinel_decide() {
  seconds >"$DATA_DIR/waiting"
  awk "$SENTINEL_DECIDE" | sed 's/^help no Sentinel knows a master and no member.*/wait no member is master: they '\
'follow the old master until redismanifests migrate cut, or read the logs of the Redis pods/'
}
