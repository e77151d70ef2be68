#!/bin/sh
# redis-start.sh: the command of the Redis container. Ask, decide, write /data/redis.conf, run redis-server
# and beside it its fence (redis-fence.sh).
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
. "$CONFIG_DIR/redis-volume.sh"
# shellcheck source=/dev/null
if have_logins; then . "$CONFIG_DIR/logins.sh"; fi
# Process 1 sleeps through a signal that it has no trap for: a start that waits would last the whole grace.
trap 'exit 143' TERM

# What a person creates to overrule the waiting (kubectl exec ... touch). It is used up by the start.
PERSON="$DATA_DIR/start-as-master"
# no, asked, or refused: what became of it when this pod asked a Sentinel to promote a replica.
promotion=no
asked_at=0
# A promotion takes 2 to 4 s, and a Sentinel says while it is at one.
ASK_AGAIN_SECONDS=10

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
  _past=$(past_addresses)
  for _member in $_past; do echo "past $_member"; done
  printf 'sentinels %s\n' "$(count "$SENTINEL_PODS")"
  printf 'waited %s\nvolume %s\nstorage %s\n' "$1" "$VOLUME" "$STORAGE"
  [ -z "$TROUBLE" ] || printf 'trouble %s\nremedy %s\n' "$TROUBLE" "$REMEDY"
  printf 'last %s\npromotion %s\n' "$(last_role)" "$promotion"
  if [ -e "$PERSON" ]; then echo 'person master'; else echo 'person none'; fi
  {
    ask_all ask_sentinel "$SENTINEL_ADDRESSES" &
    ask_all ask_redis "$REDIS_ADDRESSES $_past" "$ME"
    wait
  } | sort
}

# The last line counts: the template may not set these three.
compose() { # master address, or nothing
  umask 077
  text=$(
    configuration "$CONFIG_DIR/redis.conf" || exit 1
    printf '\ndir %s\n' "$DATA_DIR"
    printf 'replica-announce-ip %s\nreplica-announce-port %s\n' "$ME" "$REDIS_PORT"
    [ -z "$1" ] || printf 'replicaof %s %s\n' "$1" "$REDIS_PORT"
  )
}
composed() { printf '%s\n' "$text" && passwords redis; }

start() { # master address, or nothing; returns where it cannot write
  compose "$1" || { log "cannot read $CONFIG_DIR/redis.conf"; exit 1; }
  put "$CONFIG" composed || { cannot_write "$CONFIG"; return; }
  remember_members
  # What a rewrite that was interrupted left behind; redis leaves it there.
  rm -f "$PERSON" "$DATA_DIR/$APPEND_DIR"/temp-*
  set_aside
  touch "$LOADING" 2>/dev/null
  # Whoever is alone has nobody who could replace it.
  if [ "$(count "$REDIS_PODS")" = 1 ]; then become_server; fi
  supervise
}
# The image's own entry point adds the modules of Redis 8; without it a dump with module data does not load.
become_server() {
  # shellcheck disable=SC2153 # of settings.sh
  if command -v docker-entrypoint.sh >/dev/null; then exec docker-entrypoint.sh "$SERVER" "$CONFIG"; fi
  exec "$SERVER" "$CONFIG"
}
# Process 1 of a container takes no signal from inside of it that it has no handler for, not even SIGKILL, and
# the fence has to be able to end a server that hangs. So the server is a child, and this script remains.
supervise() {
  server='' stopping=''
  trap 'stopping=yes; [ -z "$server" ] || kill -TERM "$server"' TERM
  become_server &
  server=$!
  [ -z "$stopping" ] || kill -TERM "$server"
  server_began=$(start_of "$server")
  while is_process "$server" "$server_began"; do
    sh "$CONFIG_DIR/redis-fence.sh" "$server" "$server_began"
    sleep 1
  done &
  # A signal ends the wait, and not the server; the status is the server's when it is gone.
  while kill -0 "$server" 2>/dev/null; do wait "$server"; status=$?; done
  exit "$status"
}

place_in "$REDIS_PODS" || exit 1
take_logins || exit 1
rm -f "$WORKING"
# Reading and writing its files takes as long as it takes, and what the others say must be newer than that.
look_at_volume
# shellcheck disable=SC2034 # of deliberate
began=$(seconds)
wait_for_members
wait_for_one_language
wait_to_be_let_in redis
ME=$(nth "$ORDINAL" "$REDIS_ADDRESSES")
action='' reason=''
while look_at_volume; deliberate redis_decide; do
  case $action in
    master) start '' ;;
    replica) make_way && start "${reason%% *}" ;;
    failover) ask_for_promotion; asked_at=$(seconds) ;;
  esac
  # A failover that was accepted may come to nothing: the Sentinel that led it is gone, or was stalled until
  # it thought no replica fresh enough. Nobody tells; without asking again this start waits for its probe to
  # fail. And one that was refused may find a replica by now: it was asked when that had just started.
  [ "$promotion" = no ] || [ $(($(seconds) - asked_at)) -lt "$ASK_AGAIN_SECONDS" ] || promotion=no
  # Services that came after this pod, or were made again, are found by asking anew.
  begin_again_if_renewed
  find_members || log 'an address of a member is not known at the moment'
  sleep 1
done
