# redis-fence-act.sh: what the fence does. Sourced by redis-fence.sh, which sets SERVER_PROCESS,
# SERVER_BEGAN and ME.
#
# A reply is one of four kinds. It was obeyed; or the server is at a script (BUSY), or silent, which are
# both a hang; or it refused: every connection is taken, a right is missing, a command has another name. With
# a password a client that finds no place says nothing, and at once: that is no hang.
# Where a lease ends, writes are held or the server is ended, whatever the reason: what it would acknowledge
# is thrown away by those who replace it.

# A server that runs answers within milliseconds.
HOLD_CALL_HUNDREDTHS=30
# Renewed for as long as it is needed, and over by itself when the fence is.
HOLD_MS=1500
quiet_until=0

now() { read -r _up _idle </proc/uptime; }
hundredths() { now; printf '%s\n' "${_up%.*}${_up#*.}"; }

# Asks the own server for something. Sets reply, and kind: obeyed, busy, silent or refused. A connection
# that is dropped is no silence: the hook of a hand-over drops all of them, this one as well.
ask_server() { # hundredths-of-seconds command...
  _limit=$1; shift
  for _try in 1 2 3; do
    _began=$(hundredths)
    # shellcheck disable=SC2030,SC2034 # for this call only
    reply=$(CALL_SECONDS=$((_limit / 100)).$((_limit % 100)); act "$LOCAL" "$REDIS_PORT" "$@")
    case $reply in
      OK*) kind=obeyed; return ;;
      BUSY*) kind=busy; return ;;
    esac
    kind=silent
    [ -n "$reply" ] || [ $(($(hundredths) - _began)) -lt "$((_limit - 5))" ] || return 0
    kind=refused
  done
}
# Nothing is left to do then: the container ends with its server.
end_server() { # why
  ! is_process "$SERVER_PROCESS" "$SERVER_BEGAN" || kill -KILL "$SERVER_PROCESS" 2>/dev/null
  log "ended the server: $1"
  exit 0
}
# Fails where the server refused; does not return where it hangs.
hold() { # why
  ask_server "$HOLD_CALL_HUNDREDTHS" CLIENT PAUSE "$HOLD_MS" WRITE
  case $kind in
    refused) return 1 ;;
    busy | silent) end_server "$1, and it answers: ${reply:-nothing}" ;;
  esac
  say_seldom "holding writes: $reply: $1"
}
# What is done twice a second, for minutes where a volume is full.
say_seldom() { # text
  [ "$(hundredths)" -lt "$quiet_until" ] || log "$1"
  quiet_until=$(($(hundredths) + 1000))
}
# A second look, at all of them at once: what was heard may be a second old. Sets electing.
still_named() { # address
  # shellcheck disable=SC2046 # three words
  set -- "$1" $(ask_all ask_sentinel "$SENTINEL_ADDRESSES" | tally)
  electing=$4
  [ "$2" -ge $(($(count "$SENTINEL_PODS") / 2 + 1)) ] && [ "$3" = "$1" ]
}
follow() { # address why
  if still_named "$1"; then become_replica "$1" "$2"; fi
}
# Replicas move one after the other (parallel-syncs). Does the Sentinel that leads take this one for moved?
was_told() {
  for _who in $SENTINEL_ADDRESSES; do
    call "$_who" "$SENTINEL_PORT" SENTINEL REPLICAS "$MASTER_NAME" | awk -v me="$ME" '
      NR % 2 { key = $0; next }
      key == "ip" { who = $0 }
      key == "flags" && who == me && /reconf_sent/ { told = 1 }
      END { exit !told }' && return 0
  done
  return 1
}
# What Sentinel would do later, and like it only beside one that says that it is a master. Readers may stay,
# and where the own server does not answer nothing is at stake. One that was promoted meanwhile stays so.
attach() { # address why
  still_named "$1" || return 0
  [ "$electing" = 0 ] || was_told || return 0
  case $(ask_redis "$1"; ask_redis "$LOCAL") in
    "peer $1 master "*"peer $LOCAL replica "*) ;;
    *) return 0 ;;
  esac
  ask_server "$HOLD_CALL_HUNDREDTHS" REPLICAOF "$1" "$REDIS_PORT"
  log "following $1: $2: ${reply:-no answer}"
}
become_replica() { # address why
  # shellcheck disable=SC2031
  ask_server "${CALL_SECONDS}00" REPLICAOF "$1" "$REDIS_PORT"
  [ "$kind" = obeyed ] || end_server "$2, and it answers: ${reply:-nothing} ($kind)"
  log "following $1: $2: $reply"
  # Their next command has to go to the new master.
  act "$LOCAL" "$REDIS_PORT" CLIENT KILL TYPE normal SKIPME yes >/dev/null
}
# Where too few Sentinels are heard the members know: a master with a majority of them was promoted.
# Sentinels that are dead promote nobody, and then nobody else is master.
look() { # why
  # shellcheck disable=SC2030,SC2034 # for this call only
  _peers=$(CALL_SECONDS=1; ask_all ask_redis "$REDIS_ADDRESSES" "$ME")
  # shellcheck disable=SC2046 # two words
  set -- "$1" $(printf '%s\n' "$_peers" | awk -v members="$(count "$REDIS_PODS")" '
    $3 == "master" { masters++; if ($5 + 1 > members / 2) leads = $2 }
    END { print masters + 0, leads == "" ? "-" : leads }')
  [ "$2" -gt 0 ] || return
  if [ "$3" != - ]; then become_replica "$3" "$1"; return; fi
  # No lease ends here: it is looked again.
  hold "$1, and one of them is a master" ||
    say_seldom "cannot hold writes: ${reply:-every connection is taken}: $1"
}
# A second look, as above: one that has begun meanwhile is left alone.
ask() { # why
  # shellcheck disable=SC2046 # three words
  set -- "$1" $(ask_all ask_sentinel "$SENTINEL_ADDRESSES" | tally)
  if [ "$2" -lt $(($(count "$SENTINEL_PODS") / 2 + 1)) ] || [ "$4" != 0 ]; then return; fi
  say_seldom "$1"
  ask_for_promotion
}
