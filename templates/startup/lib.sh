# lib.sh: asking. Who the members are, and what they answer, one line for each.
#
# Sourced by every script of this folder, in Redis pods and in Sentinel pods, after CONFIG_DIR is set.
# Nothing is decided here (redis-decide.sh, sentinel-decide.sh), and no member is changed (the other scripts).
#
# settings.sh lies beside this file and assigns, without looking at the environment:
#   NAME NAMESPACE     of the deployment, for messages
#   ADDRESSING         service (a ClusterIP per pod) or hostname (names of the headless Service)
#   MASTER_NAME REDIS_PORT SENTINEL_PORT
#   SERVER CLI         redis-server redis-cli, or valkey's; CLI may carry options, it is split at blanks
#   REDIS_PODS SENTINEL_PODS      pod names, by ordinal
#   REDIS_HOSTS SENTINEL_HOSTS    their full names, in the same order
#   DATA_DIR           the volume
#   Redis only: STORAGE, claim or emptyDir
#   Sentinel only: QUORUM, SENTINEL_IDS (40 hex digits each, in the order of SENTINEL_PODS)
#   with passwords only (docs/auth.md): LOGIN_DIR, where the password of each user lies in a file of its name,
#   and ASK_USER ACT_USER, who asks and who changes something
#   and, only where several members share one machine, LOCAL (where a pod reaches itself, else 127.0.0.1) and
#   HOOK_LOG (where a hook writes, else the standard error of PID 1)
# From the environment come POD_NAME (downward API) and <POD>_SERVICE_HOST (kubelet), nothing else: a Service
# called redis makes kubelet set REDIS_PORT=tcp://..., so a default like ${REDIS_PORT:=6379} would not hold.

# shellcheck disable=SC2034 # for the scripts that source this
LOCAL=127.0.0.1
# shellcheck disable=SC2034
HOOK_LOG=/proc/1/fd/2
# shellcheck disable=SC2034
LOGIN_DIR='' ASK_USER='' ACT_USER=''
# shellcheck source=/dev/null
. "$CONFIG_DIR/settings.sh"

# One call: redis-cli has no connect timeout of its own, and a dead node drops packets instead of refusing.
CALL_SECONDS=2

# A Redis that replicates, and Sentinels, are named by these two lists; they are filled by find_members.
REDIS_ADDRESSES=''
SENTINEL_ADDRESSES=''

log() { printf '%s [%s] %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${0##*/}" "$*" >&2; }

# Only these are ever written into a configuration. An empty host once gave "monitor mymaster 6379 2 2", and
# Redis took 6379 for the address 0.0.24.235 without a word.
is_ip_literal() {
  case $1 in
    *[!0-9.]*) ;;
    *.*.*.*.*) return 1 ;;
    [0-9]*.[0-9]*.[0-9]*.[0-9]*) return 0 ;;
  esac
  case $1 in
    *[!0-9A-Fa-f:.]*) return 1 ;;
    *:*:*) return 0 ;;
  esac
  return 1
}

# The address that a member announces. In service mode the ClusterIP, which lives as long as the Service: from
# kubelet's environment, because DNS may be down just when a pod restarts, and only then from DNS.
address_of() { # pod full-name
  if [ "$ADDRESSING" = hostname ]; then printf '%s\n' "$2"; return 0; fi
  _variable=$(printf '%s' "$1" | tr 'a-z-' 'A-Z_')_SERVICE_HOST
  eval "_address=\${$_variable:-}"
  is_ip_literal "$_address" ||
    _address=$(timeout "$CALL_SECONDS" getent hosts "$2." | awk 'NR == 1 {print $1}')
  is_ip_literal "$_address" || return 1
  printf '%s\n' "$_address"
}

addresses_of() { # pods full-names, two lists; prints the addresses in the same order, or fails
  _names=$2
  for _pod in $1; do
    _name=${_names%% *}; _names=${_names#* }
    address_of "$_pod" "$_name" || return 1
  done
}

# Fails while an address is not known yet, so that a caller can try again.
find_members() {
  REDIS_ADDRESSES=$(addresses_of "$REDIS_PODS" "$REDIS_HOSTS" | tr '\n' ' ')
  SENTINEL_ADDRESSES=$(addresses_of "$SENTINEL_PODS" "$SENTINEL_HOSTS" | tr '\n' ' ')
  [ "$(count "$REDIS_ADDRESSES")" = "$(count "$REDIS_PODS")" ] &&
    [ "$(count "$SENTINEL_ADDRESSES")" = "$(count "$SENTINEL_PODS")" ]
}

wait_for_members() {
  until find_members; do
    log "an address of a member is not known yet: are the Services of $REDIS_PODS $SENTINEL_PODS there?"
    sleep 1
  done
}

# shellcheck disable=SC2086 # a list is split at its blanks, here and below
count() { set -- $1; printf '%s\n' "$#"; }
nth() { # n list, from 0
  _n=$1
  # shellcheck disable=SC2086
  set -- $2
  shift "$_n"
  printf '%s\n' "$1"
}
place_of() { # word list; prints its index, or fails
  _place=0
  for _word in $2; do
    if [ "$_word" = "$1" ]; then printf '%s\n' "$_place"; return 0; fi
    _place=$((_place + 1))
  done
  return 1
}

# One bounded call. An error reply is output like any other (redis-cli exits 0 on it): callers compare output.
call() { call_as "$ASK_USER" "$@"; } # address port command...
# The same, for what changes something.
act() { call_as "$ACT_USER" "$@"; } # address port command...
# The password comes from its file and goes through the environment of the one program that needs it:
# arguments are seen by every process of the node. Nor does a trace (set -x) show it, which goes where the
# errors go.
# shellcheck disable=SC2086 # CLI may carry options
call_as() { # user address port command...
  _as=$1; _to=$2; _port=$3; shift 3
  if [ -z "$LOGIN_DIR" ]; then
    timeout "$CALL_SECONDS" $CLI -h "$_to" -p "$_port" "$@"
  else
    REDISCLI_AUTH=$(cat "$LOGIN_DIR/$_as") \
      timeout "$CALL_SECONDS" $CLI --user "$_as" -h "$_to" -p "$_port" "$@"
  fi 2>/dev/null </dev/null | tr -d '\r'
}
# What redis-cli says itself where a call has no answer.
# shellcheck disable=SC2086
trouble() { # address port
  timeout "$CALL_SECONDS" $CLI -h "$1" -p "$2" PING 2>&1 >/dev/null </dev/null | sed -n 1p
}
# With TLS: whether these are the words of redis-cli about somebody who answered, and not in our language:
# without TLS, or with a certificate that has expired or is of another CA.
speaks_otherwise() { # what redis-cli said
  case $CLI in *' --tls '*) ;; *) return 1 ;; esac
  case $1 in *'SSL_connect failed'* | 'Error: '*) ;; *) return 1 ;; esac
}
# A server that shows a certificate nobody takes, or takes none of ours, has answered: it is alive. Killing it
# would make the certificate no younger, and one that expires does so on every pod at once.
refuses_certificates() { # what redis-cli said
  speaks_otherwise "$1" || return 1
  {
    log "TLS fails, so nobody new gets in: $1. Has the certificate expired, or is it of another CA?"
  } 2>>"$HOOK_LOG"
}
# Nobody starts beside members who speak otherwise. Two Sentinels that cannot hear the master would take it
# for dead and promote whom they hear, while it goes on to acknowledge writes: rehearsed so, writes were lost.
# A rollout that cannot work stops at its first pods instead.
# Who was heard once and is silent now may only be slow: three looks without an answer in another language.
wait_for_one_language() {
  _told='' _quiet=3
  while _other=$(others_otherwise) && { [ -n "$_other" ] || [ "$_quiet" -lt 3 ]; }; do
    _quiet=$((_quiet + 1))
    [ -z "$_other" ] || _quiet=0
    [ -z "$_other" ] || [ "$_other" = "$_told" ] ||
      log "wait: members speak otherwise: $(printf '%s' "$_other" | tr '\n' ';')"
    _told=${_other:-$_told}
    sleep 1
    find_members || log 'an address of a member is not known at the moment'
  done
}
others_otherwise() {
  case $CLI in *' --tls '*) ;; *) return 0 ;; esac
  {
    for _who in $REDIS_ADDRESSES; do say_if_otherwise "$_who" "$REDIS_PORT" & done
    for _who in $SENTINEL_ADDRESSES; do say_if_otherwise "$_who" "$SENTINEL_PORT" & done
    wait
  } | sort
}
# A server without TLS waits for the end of a line that never comes: it is asked plainly, too.
say_if_otherwise() { # address port
  {
    _plain=$(timeout "$CALL_SECONDS" "${CLI%% *}" -h "$1" -p "$2" PING 2>/dev/null </dev/null)
    [ -z "$_plain" ] || printf '%s:%s answers without TLS\n' "$1" "$2"
  } &
  _said=$(trouble "$1" "$2")
  ! speaks_otherwise "$_said" || printf '%s\n' "$_said"
  wait
}
# What a start does about passwords; logins.sh has others, where there are any.
have_logins() { [ -n "$LOGIN_DIR" ]; }
take_logins() { :; }
configuration() { cat "$1"; } # file
passwords() { :; } # redis|sentinel
wait_to_be_let_in() { :; } # redis|sentinel

# sentinel <address> <config-epoch> <master> <flags> <down-after-milliseconds>, or: sentinel <address> silent
# The flags carry what the Sentinel thinks of the master: master, s_down, o_down, failover_in_progress.
ask_sentinel() { # address
  call "$1" "$SENTINEL_PORT" SENTINEL MASTER "$MASTER_NAME" | awk -v who="$1" '
    NR % 2 { key = $0; next }
    { value[key] = $0 }
    END {
      if (value["ip"] == "" || value["flags"] == "") { print "sentinel", who, "silent"; exit }
      print "sentinel", who, value["config-epoch"] + 0, value["ip"], value["flags"], \
        value["down-after-milliseconds"] + 0
    }'
}

# peer <address> master <keys> <attached replicas> <offset>
# peer <address> replica <keys> <master> up|down <seconds the link is down, -1 = never up in this life>
# peer <address> silent
# keys is a number, or "loading" while the data set is being read.
ask_redis() { # address
  call "$1" "$REDIS_PORT" INFO | awk -v who="$1" '
    { at = index($0, ":"); key = substr($0, 1, at - 1); value = substr($0, at + 1) }
    key ~ /^db[0-9]+$/ { split(value, part, /[=,]/); keys += part[2] }
    { info[key] = value }
    END {
      held = info["loading"] + 0 ? "loading" : keys + 0
      if (info["role"] == "master")
        print "peer", who, "master", held, info["connected_slaves"] + 0, info["master_repl_offset"] + 0
      else if (info["role"] == "slave" && info["master_host"] != "")
        print "peer", who, "replica", held, info["master_host"], \
          info["master_link_status"] == "up" ? "up 0" : "down " (info["master_link_down_since_seconds"] + 0)
      else
        print "peer", who, "silent"
    }'
}

# All at once: one dead node must not make a round last as long as all the time-outs together. Each asker
# writes one short line with one write, so that lines do not mix.
ask_all() { # ask_sentinel|ask_redis addresses [address to leave out]
  for _who in $2; do
    [ "$_who" = "${3:-}" ] || "$1" "$_who" &
  done
  wait
}

# The address that most Sentinels name among the highest config-epoch, on stdin the lines of ask_sentinel.
# During a failover its leader already reports the new epoch, still with the old address, for a second more
# than the others: votes, not order, and a tie goes against the leader.
# Prints "<answers> <address> <electing>", where electing counts answers with failover_in_progress.
tally() {
  awk '
    $3 == "silent" { next }
    { answers++; leads = $5 ~ /failover_in_progress/; electing += leads }
    $3 + 0 > epoch { epoch = $3 + 0; split("", votes) }
    $3 + 0 == epoch { votes[$4] += leads ? 0.9 : 1 }
    END {
      for (name in votes)
        if (votes[name] > most || (votes[name] == most && name < best)) { most = votes[name]; best = name }
      print answers + 0, best == "" ? "-" : best, electing + 0
    }'
}

# Which address each pod had when this volume was last used. A Service that is made again gets another
# ClusterIP (a namespace restored into a new cluster), and then what the volume remembers names nobody.
remember_members() {
  for _pod in $REDIS_PODS; do
    printf '%s %s\n' "$_pod" "$(nth "$(place_of "$_pod" "$REDIS_PODS")" "$REDIS_ADDRESSES")"
  done >"$DATA_DIR/members.new"
  mv "$DATA_DIR/members.new" "$DATA_DIR/members"
}
# Today's address of the member that had this address then; fails when it is nobody's.
address_today() { # address
  _pod=''
  [ ! -f "$DATA_DIR/members" ] || _pod=$(awk -v old="$1" '$2 == old {print $1; exit}' "$DATA_DIR/members")
  if [ -n "$_pod" ] && _place=$(place_of "$_pod" "$REDIS_PODS"); then
    nth "$_place" "$REDIS_ADDRESSES"
  else
    place_of "$1" "$REDIS_ADDRESSES" >/dev/null && printf '%s\n' "$1"
  fi
}

# One round of a start: gather the facts (the caller's function), decide, and log both when the reason is new.
# Sets action and reason.
began=$(date +%s)
told=''
deliberate() { # deciding function
  _known=$(facts $(($(date +%s) - began)))
  _decision=$(printf '%s\n' "$_known" | "$1")
  action=${_decision%% *}
  reason=${_decision#* }
  [ "$reason" != "$told" ] || return 0
  log "facts: $(printf '%s\n' "$_known" | grep -v '^member ' | tr '\n' ';')"
  log "$action: $reason"
  told=$reason
}
