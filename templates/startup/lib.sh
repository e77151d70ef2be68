# lib.sh: asking. Who the members are, and what they answer, one line for each.
#
# Sourced by every script of this folder, in Redis pods and in Sentinel pods, after CONFIG_DIR is set.
# Nothing is decided here (redis-decide.sh, sentinel-decide.sh), and no member is changed (the other scripts);
# but a promotion is asked for.
#
# settings.sh lies beside this file and assigns, without looking at the environment:
#   NAME NAMESPACE     of the deployment, for messages
#   ADDRESSING         service (a ClusterIP per pod) or hostname (names of the headless Service)
#   MASTER_NAME REDIS_PORT SENTINEL_PORT
#   SERVER CLI         redis-server redis-cli, or valkey's; CLI may carry options, it is split at blanks
#   REDIS_PODS SENTINEL_PODS      pod names, by ordinal
#   REDIS_HOSTS SENTINEL_HOSTS    their full names, in the same order
#   DATA_DIR           the volume
#   Redis only: STORAGE, claim or emptyDir; APPEND_ONLY, yes or no; APPEND_DIR APPEND_FILE DUMP_FILE, what the
#   server reads in DATA_DIR
#   Sentinel only: QUORUM, SENTINEL_IDS (40 hex digits each, in the order of SENTINEL_PODS)
#   with passwords only (docs/auth.md): LOGIN_DIR, where the password of each user lies in a file of its name,
#   and ASK_USER ACT_USER, who asks and who changes something
#   and, only where several members share one machine, LOCAL (where a pod reaches itself, else 127.0.0.1) and
#   HOOK_LOG (where a hook writes, else the standard error of PID 1)
# From the environment come POD_NAME, POD_NAMESPACE (downward API) and <POD>_SERVICE_HOST (kubelet), nothing
# else: a Service called redis makes kubelet set REDIS_PORT=tcp://..., so a default like
# ${REDIS_PORT:=6379} would not hold.
#
# The environment is as old as the pod. settings.sh is not: the kubelet renews it in a running pod, within
# about two minutes. So the list that a hook or a probe has may be newer than its server, or older than the
# deployment.

# shellcheck disable=SC2034 # for the scripts that source this
LOCAL=127.0.0.1
# shellcheck disable=SC2034
HOOK_LOG=/proc/1/fd/2
# shellcheck disable=SC2034
LOGIN_DIR='' ASK_USER='' ACT_USER=''
# shellcheck source=/dev/null
. "$CONFIG_DIR/settings.sh"
SETTINGS=$(cat "$CONFIG_DIR/settings.sh")

log() { printf '%s [%s] %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${0##*/}" "$*" >&2; }
# kubelet throws the output of a hook away, and that of a probe that succeeds: into the log of the container,
# where it can be opened (with another user, or a process 1 of another container, it cannot). The colon has a
# shell of its own: where a redirection of a special built-in fails, the shell ends.
to_container_log() { if (: >>"$HOOK_LOG") 2>/dev/null; then exec 2>>"$HOOK_LOG"; fi; }
log_in_container() { (to_container_log; log "$@"); }

# Whoever moved the objects to another namespace left the names in the settings. They lead to the pods of the
# old one: this pod would join them, under the same master name and with the id of one of their Sentinels.
# A pod that is older than this check has no POD_NAMESPACE.
if [ "${POD_NAMESPACE:-$NAMESPACE}" != "$NAMESPACE" ]; then
  log "this pod is in namespace $POD_NAMESPACE, and its settings are those of $NAMESPACE: was the folder" \
    "changed by kustomize (namespace:)? Set namespace in the profile and render again. No member was asked"
  exit 1
fi

# One call: redis-cli has no connect timeout of its own, and a dead node drops packets instead of refusing.
CALL_SECONDS=2

# A Redis that replicates, and Sentinels, are named by these two lists; they are filled by find_members.
REDIS_ADDRESSES=''
SENTINEL_ADDRESSES=''

# Seconds since the node started, for every duration. The clock of the wall is set by others (NTP, a
# hypervisor), and a step of it would end a wait at once, or make it longer by as much.
seconds() {
  read -r _up _idle </proc/uptime
  printf '%s\n' "${_up%%.*}"
}

# When a process began, in ticks of the node's uptime: its number may be another one's later.
start_of() { # pid
  read -r _stat 2>/dev/null <"/proc/$1/stat" || return 1
  # shellcheck disable=SC2086 # a list of words; the name in parentheses may have blanks
  set -- ${_stat##*) }
  printf '%s\n' "${20}"
}
is_process() { # pid start
  read -r _stat 2>/dev/null <"/proc/$1/stat" || return 1
  # shellcheck disable=SC2086 # as above
  set -- "$2" ${_stat##*) }
  [ "$1" = "${21}" ]
}

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

# The address that this pod announces, also when the list does not name it (any more).
own_address() { # full-names
  _name=${1%% *}
  address_of "$POD_NAME" "$POD_NAME.${_name#*.}"
}
place_in() { # pods; sets ORDINAL
  ORDINAL=$(place_of "$POD_NAME" "$1") && return 0
  log "POD_NAME is $POD_NAME, which is none of $1: was the folder changed by kustomize (namePrefix," \
    "nameSuffix, replicas), or the StatefulSet scaled by hand? Set it in the profile and render again"
  return 1
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
# What becomes of a PING without a password, where a call has no answer: a reply, or what redis-cli says.
# shellcheck disable=SC2086
trouble() { # address port
  timeout "$CALL_SECONDS" $CLI -h "$1" -p "$2" PING 2>&1 </dev/null | sed -n 1p
}
# Whether somebody answered: a reply of any kind, or a connection that was taken and closed again. A process
# that has no place left for another client does both, and a reply that is on its way may be lost with it.
answered() { # what trouble said
  case $1 in
    'Error: Server closed the connection'* | 'Error: Connection reset by peer'*) ;;
    '' | 'Could not connect '* | 'Error: '*) return 1 ;;
  esac
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
  log_in_container \
    "TLS fails, so nobody new gets in: $1. Has the certificate expired, or is it of another CA?"
  return 0
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

# sentinel <address> <config-epoch> <master> <flags> <down-after-milliseconds> <replicas> <other Sentinels>
# <milliseconds since the master answered it>, or: sentinel <address> silent
# The flags carry what the Sentinel thinks of the master: master, s_down, o_down, failover_in_progress.
# Replicas and others are how many it knows.
ask_sentinel() { # address
  call "$1" "$SENTINEL_PORT" SENTINEL MASTER "$MASTER_NAME" | awk -v who="$1" '
    NR % 2 { key = $0; next }
    { value[key] = $0 }
    END {
      if (value["ip"] == "" || value["flags"] == "") { print "sentinel", who, "silent"; exit }
      print "sentinel", who, value["config-epoch"] + 0, value["ip"], value["flags"], \
        value["down-after-milliseconds"] + 0, value["num-slaves"] + 0, value["num-other-sentinels"] + 0, \
        value["last-ok-ping-reply"] + 0
    }'
}

# How many seconds the last answers that this Sentinel remembers lie ahead of now: 0, unless its clock was
# set back.
seconds_ahead() {
  {
    call "$LOCAL" "$SENTINEL_PORT" SENTINEL MASTER "$MASTER_NAME"
    call "$LOCAL" "$SENTINEL_PORT" SENTINEL SENTINELS "$MASTER_NAME"
  } | awk '
    key ~ /^(last-ok-ping-reply|last-ping-reply|info-refresh)$/ && $0 + 0 < least + 0 { least = $0 }
    { key = $0 }
    END { print int(-least / 1000) }'
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

# Asks for a promotion, one Sentinel after the other until one says something definite: each that accepts
# begins an epoch of its own. Sets promotion to asked or refused, where one answers.
ask_for_promotion() {
  for _sentinel in $SENTINEL_ADDRESSES; do
    _reply=$(act "$_sentinel" "$SENTINEL_PORT" SENTINEL FAILOVER "$MASTER_NAME")
    log "asked the Sentinel at $_sentinel to promote a replica: ${_reply:-no answer}"
    case $_reply in
      OK | *INPROG*) promotion=asked; return ;;
      *NOGOODSLAVE*) promotion=refused; return ;;
    esac
  done
}

# Writes a file of the volume, whole or not at all: on a full volume half a configuration would be a legal
# one. Where there is no room, it takes what was set aside for that. A file that replaces one of its size
# needs room for a moment only, so what was room enough once is so again.
put() { # file command that prints its content...
  _file=$1; shift
  put_new "$@" && return
  rm -f "$DATA_DIR/reserve"
  put_new "$@" && return
  rm -f "$_file.new"
  return 1
}
put_new() {
  put_failed=$({ "$@" >"$_file.new"; } 2>&1) && mv "$_file.new" "$_file"
}
# Room for what must be written when a volume is full: the files of a start, and those that a server writes
# again when roles change. Not zeros, which some file systems do not store.
set_aside() {
  [ -s "$DATA_DIR/reserve" ] || put "$DATA_DIR/reserve" head -c 65536 /dev/urandom ||
    put "$DATA_DIR/reserve" head -c 32768 /dev/urandom
}
# A start that cannot write does not end: the container of one that ends again and again is seldom there, and
# kubectl exec is the way to make room. It decides again instead, because meanwhile others may have.
cannot_write() { # file
  [ "$put_failed" != "$told_failed" ] || return 0
  told_failed=$put_failed
  log "help: cannot write $1 (${put_failed:-no room}): make room on the volume, or find out why it is" \
    "read-only; this start waits, and kubectl exec gets in"
}
told_failed=-

# Which address each pod had when this volume was last used. A Service that is made again gets another
# ClusterIP (a namespace restored into a new cluster), and then what the volume remembers names nobody.
# Members of the past stay in it: one of them may still be master while the deployment is scaled down.
members_today() {
  for _pod in $REDIS_PODS; do
    printf '%s %s\n' "$_pod" "$(nth "$(place_of "$_pod" "$REDIS_PODS")" "$REDIS_ADDRESSES")"
  done
  of_the_past
}
remember_members() { put "$DATA_DIR/members" members_today; }
# <pod> <address> of those who were members when this volume was last used, and are not in today's list.
of_the_past() {
  [ ! -f "$DATA_DIR/members" ] || awk -v pods="$REDIS_PODS" -v now="$REDIS_ADDRESSES" '
    BEGIN { split(pods " " now, list, " "); for (i in list) today[list[i]] = 1 }
    !($1 in today) && !($2 in today)' "$DATA_DIR/members"
}
past_addresses() { of_the_past | awk '{print $2}' | tr '\n' ' '; }
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
began=$(seconds)
told=''
deliberate() { # deciding function
  _known=$(facts $(($(seconds) - began)))
  _decision=$(printf '%s\n' "$_known" | "$1")
  action=${_decision%% *}
  reason=${_decision#* }
  [ "$reason" != "$told" ] || return 0
  log "facts: $(printf '%s\n' "$_known" | grep -v '^member ' | tr '\n' ';')"
  log "$action: $reason"
  told=$reason
}
# A start that waits goes by the list of today: the kubelet renews the settings of a pod that runs.
begin_again_if_renewed() {
  _settings=$(cat "$CONFIG_DIR/settings.sh")
  [ -n "$_settings" ] && [ "$_settings" != "$SETTINGS" ] || return 0
  log 'the settings have changed: beginning again'
  exec sh "$0"
}
