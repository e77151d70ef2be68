# logins.sh: what a start does with passwords. Sourced by the start scripts after lib.sh, where there are any.
#
# The Secret lies in AUTH_DIR, a file for each user and, while passwords change, a second one called
# <user>.also; both are let in. A start copies them to LOGIN_DIR, which is memory of this pod: kubelet changes
# the files of a Secret under a running pod, and scripts that log in with a password that no server knows yet
# would take every pod out of service at once. So a mistake stops a rollout at its first pod.
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
