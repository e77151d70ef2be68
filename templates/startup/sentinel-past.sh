# sentinel-past.sh: forgetting members of the past. Sourced by sentinel-ready.sh.
#
# A Sentinel forgets no one. A replica that was removed stays a replica that is down, and a Sentinel that was
# removed counts for the majority for ever. A start leaves them out, but one that came before a removed pod
# was gone has learned of it again: from the INFO of the master, or from a hello.
#
# So a Sentinel that knows more than the members begins again, by the end of its process: the kubelet starts
# it, and it starts with the members of the list. (Its own command for it drops all that it knows: it would
# have no replica until the master is next asked, and none if that is gone by then.) Only where nothing is
# under way, all members are well and every other Sentinel says so too, and one at a time: in the order of the
# list, the first that knows too many.

# So long a member of the past is down before it is taken for gone. One that lives would be learned again.
GONE_SECONDS=15

# <address> <flags> <seconds it is down, 0 where it is not> of each that this Sentinel knows
known() { # replicas|sentinels
  call "$LOCAL" "$SENTINEL_PORT" SENTINEL "$1" "$MASTER_NAME" | awk '
    function show() {
      if (value["ip"] != "") print value["ip"], value["flags"], int(value["s-down-time"] / 1000)
    }
    NR == 1 && $0 != "name" { exit }
    NR % 2 { key = $0; if (key == "name") { show(); split("", value) } next }
    { value[key] = $0 }
    END { show() }'
}
# Succeeds when somebody of the past is known and gone, and everybody else is well.
only_the_past_is_down() { # addresses of the others
  { known replicas; known sentinels; } | awk -v others="$1" -v gone="$GONE_SECONDS" '
    BEGIN { wanted = split(others, list, " "); for (i in list) is_member[list[i]] = 1 }
    $2 ~ /s_down|disconnected/ && ($1 in is_member) { ill++ }
    $1 in is_member { members++; next }
    { past++; if ($3 < gone) alive++ }
    END { exit !(past && !alive && !ill && members == wanted) }'
}
# Succeeds when every Sentinel sees this master well, knows all members, and those before me know no more.
it_is_my_turn() { # master
  ask_all ask_sentinel "$SENTINEL_ADDRESSES" |
    awk -v me="$ME" -v master="$1" -v order="$SENTINEL_ADDRESSES" -v replicas="$2" -v others="$3" '
    $4 == master && $5 == "master" && $7 >= replicas && $8 >= others { well++; known[$2] = $7 + $8 }
    END {
      number = split(order, list, " ")
      if (well != number) exit 1
      for (i = 1; i <= number && known[list[i]] == replicas + others; i++) ;
      exit list[i] != me
    }'
}

forget_the_past() { # master, replicas and other Sentinels that this one knows
  _replicas=$(($(count "$REDIS_ADDRESSES") - 1))
  _others=$(($(count "$SENTINEL_ADDRESSES") - 1))
  [ "$2" -gt "$_replicas" ] || [ "$3" -gt "$_others" ] || return 0
  ME=$(own_address "$SENTINEL_HOSTS") || return 0
  _all=$(for _who in $REDIS_ADDRESSES $SENTINEL_ADDRESSES; do
    [ "$_who" = "$1" ] || [ "$_who" = "$ME" ] || echo "$_who"
  done | tr '\n' ' ')
  only_the_past_is_down "$_all" && it_is_my_turn "$1" "$_replicas" "$_others" || return 0
  _pid=$(call "$LOCAL" "$SENTINEL_PORT" INFO server | sed -n 's/^process_id://p')
  log_in_container \
    "$2 replicas and $3 other Sentinels are known, $_replicas and $_others are members: beginning again"
  [ -z "$_pid" ] || kill -TERM "$_pid"
}
