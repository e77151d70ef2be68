#!/bin/sh
# measure.sh: an application beside the deployment, for a drill: it writes to the master that Sentinel names, reads
# through the client Service, and asks every member what it is, until $WORK/stop is there. Then it looks every
# acknowledged write up and removes it.
#
# One line for each thing seen, with the time since the node started in seconds: no process is needed to read that.
#   W TIME NUMBER          a write was acknowledged
#   F TIME NUMBER REASON   a write was not
#   R TIME, r TIME REASON  a read was answered, or not
#   T TIME POD CODE REPLY  what a member said to ROLE or SENTINEL MASTER
#   L TIME NUMBER...       numbers that are there at the end
#   X TIME REASON          they could not be looked up
#   D TIME                 done
set -uf
# A redis-cli that was killed must not end this one.
trap '' PIPE
trap 'exit 0' TERM INT

{ [ -z "$PASSWORD_FILE" ] || { REDISCLI_AUTH=$(cat "$PASSWORD_FILE"); export REDISCLI_AUTH; }; } 2>/dev/null

now() {
  # shellcheck disable=SC2034 # idle is not needed
  read -r NOW idle </proc/uptime
}

cli() { # HOST PORT [COMMAND...]
  host=$1 port=$2
  shift 2
  # shellcheck disable=SC2086 # CLI may carry options
  exec $CLI -h "$host" -p "$port" "$@"
}

ask() { # HOST PORT COMMAND...: in a second, or not at all
  # shellcheck disable=SC2016 # for the inner shell
  host=$1 port=$2
  shift 2
  # shellcheck disable=SC2086 # CLI may carry options
  timeout "$ASK_S" $CLI -h "$host" -p "$port" "$@" 2>&1
}

find_master() {
  for sentinel in $SENTINELS; do
    # shellcheck disable=SC2153 # from the environment
    reply=$(ask "${sentinel#*=}" "$SENTINEL_PORT" SENTINEL get-master-addr-by-name "$MASTER") || continue
    # shellcheck disable=SC2086 # two words
    set -- $reply
    if [ $# = 2 ]; then
      master=$1
      return 0
    fi
  done
  return 1
}

open_connection() {
  rm -f "$WORK/in" "$WORK/out"
  mkfifo "$WORK/in" "$WORK/out"
  (cli "$master" "$REDIS_PORT") <"$WORK/in" >"$WORK/out" 2>&1 &
  connection=$!
  exec 3>"$WORK/in" 4<"$WORK/out"
}

close_connection() {
  kill "$connection" 2>/dev/null
  exec 3>&- 4<&-
  wait "$connection" 2>/dev/null
}

# Ends a connection on which one write has been waiting for a second: a read of the shell waits for ever.
guard() {
  before='' looks=0
  while [ ! -e "$WORK/stop" ]; do
    sleep 0.25
    read -r try pid <"$WORK/try" || continue
    if [ "$try $pid" = "$before" ]; then
      looks=$((looks + 1))
    else
      before="$try $pid" looks=0
    fi
    if [ "$looks" -ge 4 ]; then
      kill "$pid" 2>/dev/null
      looks=0
    fi
  done
}

read_on() {
  while [ ! -e "$WORK/stop" ]; do
    reply=$(ask "$READ_HOST" "$REDIS_PORT" GET "${PREFIX}1") || reply="no answer: $reply"
    now
    case $reply in
      '' | [0-9]*) echo "R $NOW" ;;
      *) echo "r $NOW $reply" ;;
    esac
    sleep 0.25
  done
}

watch() { # POD HOST PORT COMMAND...
  pod=$1
  shift
  while [ ! -e "$WORK/stop" ]; do
    reply=$(ask "$@")
    code=$?
    now
    # One line.
    # shellcheck disable=SC2086,SC2116 # joined by blanks
    echo "T $NOW $pod $code" $reply
    sleep 0.5
  done
}

write_on() {
  number=0
  while [ ! -e "$WORK/stop" ]; do
    if ! find_master; then
      now
      echo "F $NOW 0 no Sentinel names a master"
      sleep 0.1
      continue
    fi
    open_connection
    while [ ! -e "$WORK/stop" ]; do
      number=$((number + 1))
      echo "$number $connection" >"$WORK/try"
      { echo "SET $PREFIX$number $number EX $KEEP_S" >&3; } 2>/dev/null || break
      read -r reply <&4 || reply='the connection ended'
      now
      if [ "$reply" != OK ]; then
        echo "F $NOW $number $reply"
        break
      fi
      echo "W $NOW $number"
      echo "$number" >>"$WORK/acknowledged"
      sleep "$PAUSE_S"
    done
    close_connection
    sleep 0.05
  done
}

find_again() { # COMMAND KEY...: at the master, for as long as that may take
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if find_master && reply=$(ask "$master" "$REDIS_PORT" "$@"); then
      return 0
    fi
    sleep 0.5
  done
  now
  echo "X $NOW the writes could not be looked up: $reply"
  return 1
}

look_up() {
  keys='' count=0
  while read -r number; do
    keys="$keys $PREFIX$number" count=$((count + 1))
    [ $((count % 200)) = 0 ] || continue
    look_up_these || return
    keys=''
  done <"$WORK/acknowledged"
  [ -z "$keys" ] || look_up_these || return
  now
  echo "D $NOW"
}

look_up_these() {
  # shellcheck disable=SC2086 # one word a key
  find_again MGET $keys || return
  now
  # shellcheck disable=SC2086 # joined by blanks
  echo "L $NOW" $reply
  # shellcheck disable=SC2086 # one word a key
  find_again DEL $keys || return
}

rm -f "$WORK/stop"
: >"$WORK/acknowledged"
echo '0 0' >"$WORK/try"
guard &
read_on &
for each in $REDISES; do
  watch "${each%%=*}" "${each#*=}" "$REDIS_PORT" ROLE &
done
for each in $SENTINELS; do
  watch "${each%%=*}" "${each#*=}" "$SENTINEL_PORT" SENTINEL MASTER "$MASTER" &
done
write_on
look_up
