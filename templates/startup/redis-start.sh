#!/bin/sh
# redis-start.sh: the command of the Redis container. Ask, decide, write /data/redis.conf, become
# redis-server.
#
# The file on the volume is the template plus what belongs to this pod and this start; CONFIG REWRITE
# (Sentinel does it at every promotion and demotion) keeps the last role in it, and nothing else of it
# survives a start.
#
# Longest wait on the road to a start that needs no person: HANDOVER_CAP of redis-decide.sh (60 s) plus two
# rounds of asking (2 x 3 s) = 66 s. A startup probe that covers it and the loading of the data set lets every
# wait end by itself; one that does not costs a restart of the container and begins the wait again.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-decide.sh"
# shellcheck source=/dev/null
if have_logins; then . "$CONFIG_DIR/logins.sh"; fi
# Process 1 sleeps through a signal that it has no trap for: a start that waits would last the whole grace.
trap 'exit 143' TERM

CONFIG="$DATA_DIR/redis.conf"
# What a person creates to overrule the waiting (kubectl exec ... touch). It is used up by the start.
PERSON="$DATA_DIR/start-as-master"
# no, asked, or refused: what became of it when this pod asked a Sentinel to promote a replica.
promotion=no
asked_at=0
# A promotion takes 2 to 4 s, and a Sentinel says while it is at one.
ASK_AGAIN_SECONDS=10

# data: a Redis has run on this volume before, or a dump was restored onto it. What a broken synchronisation
# left behind (temp-*) is none.
volume() {
  for _file in "$DATA_DIR"/*.rdb "$DATA_DIR"/*.aof "$DATA_DIR"/appendonlydir/*; do
    case $_file in */temp-*) continue ;; esac
    [ ! -s "$_file" ] || { echo data; return; }
  done
  echo empty
}

last_role() {
  [ -f "$CONFIG" ] || { echo none; return; }
  _last=$(awk '
    tolower($1) ~ /^(replicaof|slaveof)$/ { host = $2 }
    END { gsub(/"/, "", host); print host }' "$CONFIG")
  case $_last in
    '') echo master ;;
    *) if _last=$(address_today "$_last"); then echo "replica $_last"; else echo unknown; fi ;;
  esac
}

facts() { # seconds waited
  printf 'self %s %s\n' "$ME" "$ORDINAL"
  for _member in $REDIS_ADDRESSES; do echo "member $_member"; done
  printf 'sentinels %s\n' "$(count "$SENTINEL_PODS")"
  printf 'waited %s\nvolume %s\nstorage %s\n' "$1" "$(volume)" "$STORAGE"
  printf 'last %s\npromotion %s\n' "$(last_role)" "$promotion"
  if [ -e "$PERSON" ]; then echo 'person master'; else echo 'person none'; fi
  { ask_all ask_sentinel "$SENTINEL_ADDRESSES" & ask_all ask_redis "$REDIS_ADDRESSES" "$ME"; wait; } | sort
}

# One Sentinel after the other until one says something definite: each that accepts begins an epoch of its
# own.
ask_for_promotion() {
  for _sentinel in $SENTINEL_ADDRESSES; do
    _reply=$(act "$_sentinel" "$SENTINEL_PORT" SENTINEL FAILOVER "$MASTER_NAME")
    log "asked the Sentinel at $_sentinel to promote a replica: ${_reply:-no answer}"
    case $_reply in
      OK | *INPROG*) promotion=asked asked_at=$(date +%s); return ;;
      *NOGOODSLAVE*) promotion=refused; return ;;
    esac
  done
}

# The last line counts: the template may not set these three.
write_config() { # master address, or nothing
  umask 077
  _text=$(
    configuration "$CONFIG_DIR/redis.conf" || exit 1
    printf '\ndir %s\n' "$DATA_DIR"
    printf 'replica-announce-ip %s\nreplica-announce-port %s\n' "$ME" "$REDIS_PORT"
    [ -z "$1" ] || printf 'replicaof %s %s\n' "$1" "$REDIS_PORT"
  ) || return 1
  # Nothing counts before all of it is written: on a full volume half a file would be a legal configuration.
  { printf '%s\n' "$_text" && passwords redis; } >"$CONFIG.new" && mv "$CONFIG.new" "$CONFIG"
}

start() { # master address, or nothing
  write_config "$1" || { log "cannot write $CONFIG: is the volume full or read-only?"; exit 1; }
  remember_members
  rm -f "$PERSON"
  # The image's own entry point adds the modules of Redis 8; without it a dump with module data does not load.
  if command -v docker-entrypoint.sh >/dev/null; then exec docker-entrypoint.sh "$SERVER" "$CONFIG"; fi
  exec "$SERVER" "$CONFIG"
}

if ! ORDINAL=$(place_of "$POD_NAME" "$REDIS_PODS"); then
  log "POD_NAME is $POD_NAME, which is none of $REDIS_PODS: the configuration of this pod is wrong"
  exit 1
fi
take_logins || exit 1
wait_for_members
wait_for_one_language
wait_to_be_let_in redis
ME=$(nth "$ORDINAL" "$REDIS_ADDRESSES")
action='' reason=''
while deliberate redis_decide; do
  case $action in
    master) start '' ;;
    replica) start "${reason%% *}" ;;
    failover) ask_for_promotion ;;
  esac
  # A failover that was accepted may come to nothing: the Sentinel that led it is gone, or was stalled until
  # it thought no replica fresh enough. Nobody tells; without asking again this start waits for its probe to
  # fail.
  [ "$promotion" != asked ] || [ $(($(date +%s) - asked_at)) -lt "$ASK_AGAIN_SECONDS" ] || promotion=no
  # Services that came after this pod, or were made again, are found by asking anew.
  find_members || log 'an address of a member is not known at the moment'
  sleep 1
done
