# redis-decide.sh of a deployment with restore.from: a restored volume counts as an empty one until its first start.
#
# So the backup leads exactly where a first install would make a new data set: when every other member runs and
# holds nothing. Where another member holds data, the volume of ordinal 0 was lost later, and that data wins.
# And it follows no one who holds nothing, which would wipe it.

# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-decide-members.sh"

redis_decide() {
  if [ ! -e "$DATA_DIR/restored" ] || [ -e "$DATA_DIR/redis.conf" ]; then
    awk "$REDIS_DECIDE"
    return
  fi
  _facts=$(sed 's/^volume data$/volume empty/')
  _held=$(printf '%s\n' "$_facts" | awk '$1 == "peer" && ($4 == "loading" || $4 + 0 > 0) { print $2 }')
  _answer=$(printf '%s\n' "$_facts" | awk "$REDIS_DECIDE")
  case $_answer in
    replica\ *)
      _named=${_answer#replica }
      _named=${_named%% *}
      [ -z "$_held" ] || { printf '%s\n' "$_answer"; return; }
      _help="$_named, which I should follow, holds nothing, and a backup was restored here"
      ;;
    failover\ *)
      [ -z "$_held" ] || { printf '%s\n' "$_answer"; return; }
      _help='the Sentinels name me, not all others run, and a backup was restored here'
      ;;
    *) printf '%s\n' "$_answer"; return ;;
  esac
  case $_facts in
    *"
waited "[0-9]"
"* | *"
waited "[1-5][0-9]"
"*) printf 'wait %s\n' "$_help" ;;
    *)
      printf 'help %s; a person must scale both StatefulSets to 0, delete the claims of the Sentinels, and scale up\n' \
        "$_help" ;;
  esac
}
