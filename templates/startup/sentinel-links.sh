# sentinel-links.sh: the cure for a link that spins. Sourced by sentinel-ready.sh.
#
# When a Service has no endpoint, kube-proxy answers a SYN with ICMP "port unreachable". If that arrives
# while connect() still owns the socket (the rule is on the same node), Linux keeps it in the socket's error
# queue; the next SYN, a second later, may succeed, and the link works. But epoll reports EPOLLERR for as
# long as the queue is not read, Redis does not read it, and the event loop runs at up to 100 % of a core
# until the link is closed. About every second replacement of a pod does it to one Sentinel or more.
#
# Nothing in a manifest was found that prevents it: the refusal is kube-proxy's, the connect is Sentinel's,
# and a Sentinel has no event (notification-script) for a link that comes back within down-after. So the probe
# that runs anyway looks whether the process has slept since its last run, and reopens the links when it is a
# spin.
# Setting the user names anew, to what they are, makes Sentinel drop its links; unlike the passwords, which do
# the same, they are no secret. Sentinel opens the links again within a second.

# A Sentinel that does not spin sleeps, and gives up its core, at least ten times a second: 30 was measured.
# One that spins never does, whatever share of a core it gets: 20 to 30 % beside five other busy processes.
SLEEPS_PER_SECOND=2
# Between two cures, so that a Sentinel that is busy without a break costs next to nothing.
SPIN_PAUSE_SECONDS=30

# <pid> <ticks of 10 ms used> <times that it slept> since its start, of the Sentinel of this pod
ticks() {
  _pid=$(call "$LOCAL" "$SENTINEL_PORT" INFO server | sed -n 's/^process_id://p')
  [ -r "/proc/${_pid:-none}/stat" ] || return 1
  _slept=$(sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$_pid/status")
  sed 's/^.*) //' "/proc/$_pid/stat" | awk -v pid="$_pid" -v slept="$_slept" '{print pid, $12 + $13, slept}'
}

# Succeeds when the Sentinel ran without sleeping since the last look, which was at least 3 seconds ago. The
# file holds <pid> <ticks> <time of that look> <time of the last cure> <times slept>, times as seconds of
# uptime.
spins() {
  # shellcheck disable=SC2046 # three words
  set -- $(ticks) || return 1
  [ "$#" = 3 ] || return 1
  now=$(seconds)
  cured=0 _seconds=0
  # The file outlives the node's uptime, which begins at 0 again: what lies ahead was seen before that.
  if last_look && [ "$_pid" = "$1" ] && [ "$_then" -le "$now" ]; then
    _seconds=$((now - _then))
    [ "$_seconds" -ge 3 ] || return 1
  fi
  [ "$cured" -le "$now" ] || cured=0
  note_look "$1" "$2" "$now" "$cured" "$3"
  # What hardly ran (1 % of a core) does not spin. A file of before has no times slept.
  [ "$_seconds" -gt 0 ] && [ -n "$_slept_then" ] && [ $(($2 - _ticks)) -gt "$_seconds" ] &&
    [ $(($3 - _slept_then)) -lt $((_seconds * SLEEPS_PER_SECOND)) ]
}
last_look() { [ -r "$DATA_DIR/ticks" ] && read -r _pid _ticks _then cured _slept_then <"$DATA_DIR/ticks"; }
note_look() { # pid ticks now cured slept
  # On a full volume this is where a running Sentinel gets the room that was set aside for its votes.
  put "$DATA_DIR/ticks" printf '%s %s %s %s %s\n' "$@"
}

reopen_links() {
  _user=$(act "$LOCAL" "$SENTINEL_PORT" SENTINEL CONFIG GET sentinel-user | sed -n 2p)
  act "$LOCAL" "$SENTINEL_PORT" SENTINEL CONFIG SET sentinel-user "$_user"
  _user=$(awk -v name="$MASTER_NAME" '
    $1 == "sentinel" && $2 == "auth-user" && $3 == name { gsub(/"/, "", $4); print $4 }
    ' "$DATA_DIR/sentinel.conf")
  act "$LOCAL" "$SENTINEL_PORT" SENTINEL SET "$MASTER_NAME" auth-user "$_user"
}

# Only while the Sentinel sees a healthy master: in a failover the links carry votes and promotions.
cure_spin() { # flags of the master
  spins && [ "$1" = master ] && [ $((now - cured)) -ge "$SPIN_PAUSE_SECONDS" ] || return 0
  echo "a link spins (the Sentinel never sleeps), reopening all: $(reopen_links | tr '\n' ' ')"
  last_look && note_look "$_pid" "$_ticks" "$_then" "$now" "$_slept_then"
}
