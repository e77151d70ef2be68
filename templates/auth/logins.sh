# logins.sh: what a start does with passwords. Sourced by the start scripts after lib.sh, where there are any.
#
# The Secret lies in AUTH_DIR, a file for each user and, while passwords change, a second one called
# <user>.also; both are let in. A start copies them to LOGIN_DIR, which is memory of this pod: kubelet changes
# the files of a Secret under a running pod, and scripts that log in with a password that no server knows yet
# would take every pod out of service at once. And a start waits while the others refuse what it would log in
# with. So a mistake stops a rollout at its first pod.
#
# No variable ever holds a password, so that neither a trace (set -x) nor a log can show one.
umask 077

# What is wrong with the password in a file; nothing where it is right. Redis, Sentinel and JSON quote
# differently, so what any of them would have to quote is refused.
fault_of() { # file
  LC_ALL=C awk '
    { sub(/\r$/, "") }
    NR == 1 { text = $0 }
    NR > 1 && $0 != "" { more = 1 }
    END {
      if (text == "") print "is empty"
      else if (more) print "has more than one line"
      else if (text ~ /[^!-~]/) print "has a blank, or a character that is not ASCII"
      else if (index(text, "\042") || index(text, "\047") || index(text, "\134"))
        print "has a quote or a backslash"
    }' "$1"
}

take_logins() {
  rm -f "$LOGIN_DIR"/*
  for _file in "$AUTH_DIR"/*; do
    _fault=$(fault_of "$_file")
    if [ -n "$_fault" ]; then
      log "Secret $SECRET_NAME: the password under the key ${_file##*/} $_fault:" \
        'take letters and digits, such as openssl rand -hex 32 gives'
      return 1
    fi
    tr -d '\r\n' <"$_file" >"$LOGIN_DIR/${_file##*/}" || { log "cannot write to $LOGIN_DIR"; return 1; }
  done
}

# "user NAME on ..." with the hashes of what NAME may log in with. A user without a password lets nobody in.
configuration() { # file
  while IFS= read -r _line; do
    case $_line in
      'user '*' on '*)
        _name=${_line#user }
        _name=${_name%% *}
        _line="user $_name on$(hashes "$_name") ${_line#user * on }"
        ;;
    esac
    printf '%s\n' "$_line"
  done <"$1"
}
hashes() { # user
  for _file in "$LOGIN_DIR/$1" "$LOGIN_DIR/$1.also"; do
    [ ! -s "$_file" ] || printf ' #%s' "$(sha256sum <"$_file" | cut -c 1-64)"
  done
}

# Waits while more of those that answer refuse this pod than let it in: a Secret that changed in one step,
# without the one in which both passwords count. A Sentinel that nobody lets in would be ready all the same,
# and the rollout would go on until none can elect anybody. Where nobody answers, all start anew, and have the
# same ones. The same where passwords are turned on while pods run that know none.
wait_to_be_let_in() { # redis|sentinel
  _said=''
  while _refused=$(refusals "$1") && [ -n "$_refused" ]; do
    [ "$_refused" = "$_said" ] || log "refused as $_refused: has a password changed in one step? Put the" \
      "old one back, or under <user>.also beside the new one (docs/auth.md), or delete all pods at once"
    _said=$_refused
    sleep 1
    find_members || log 'an address of a member is not known at the moment'
  done
}
refusals() { # redis|sentinel; prints who is refused where, or nothing
  {
    if [ "$1" = redis ]; then
      try_all "$REPLICATION_USER" "$REDIS_PORT" "$REDIS_ADDRESSES" &
    else
      try_all "$SENTINEL_USER" "$REDIS_PORT" "$REDIS_ADDRESSES" &
      try_all "$PEER_USER" "$SENTINEL_PORT" "$SENTINEL_ADDRESSES" &
    fi
    try_all "$ASK_USER" "$REDIS_PORT" "$REDIS_ADDRESSES" &
    try_all "$ASK_USER" "$SENTINEL_PORT" "$SENTINEL_ADDRESSES" &
    wait
  } | sort | awk '
    $1 == "in" { inside++ }
    $1 == "refused" { refused++; where = where (where == "" ? "" : ", ") $2 " at " $3 }
    END { if (refused > inside) print where }'
}
try_all() { # user port addresses
  for _who in $3; do try "$1" "$2" "$_who" & done
  wait
}
# A server without passwords answers PING all the same, so redis-cli is listened to. No trace in here.
# shellcheck disable=SC2086 # CLI may carry options
try() { # user port address
  _heard=$(
    set +x
    REDISCLI_AUTH=$(cat "$LOGIN_DIR/$1") \
      timeout "$CALL_SECONDS" $CLI --user "$1" -h "$3" -p "$2" PING 2>&1 </dev/null
  )
  case $_heard in
    'AUTH failed'* | *NOAUTH* | *WRONGPASS*) echo "refused $1 $3" ;;
    *PONG* | *NOPERM* | *LOADING*) echo "in $1 $3" ;;
  esac
}

# The lines that need a password as it is, because this server logs in elsewhere with it.
passwords() { # redis|sentinel
  if [ "$1" = redis ]; then
    line_with_password masterauth "$REPLICATION_USER"
  else
    line_with_password "sentinel auth-pass $MASTER_NAME" "$SENTINEL_USER" &&
      line_with_password 'sentinel sentinel-pass' "$PEER_USER"
  fi
}
line_with_password() { # words user
  printf '%s "' "$1" && cat "$LOGIN_DIR/$2" && printf '"\n'
}
