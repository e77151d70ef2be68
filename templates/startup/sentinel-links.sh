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
# that runs anyway compares the CPU time with that of its last run, and reopens the links when it is a spin.
# Setting the user names anew, to what they are, makes Sentinel drop its links; unlike the passwords, which do
# the same, they are no secret. Sentinel opens the links again within a second.

# Per cent of one core. Idle is 1 to 2; a spin takes what it can get: 20 even below a CPU limit of 200m, or
# when several Sentinels spin on one core.
SPIN_PERCENT=10
# Between two cures, so that honest load above SPIN_PERCENT costs next to nothing.
SPIN_PAUSE_SECONDS=30

# <pid> <ticks of 10 ms used since its start> of the Sentinel of this pod
ticks() {
  _pid=$(call "$LOCAL" "$SENTINEL_PORT" INFO server | sed -n 's/^process_id://p')
  [ -r "/proc/${_pid:-none}/stat" ] || return 1
  sed 's/^.*) //' "/proc/$_pid/stat" | awk -v pid="$_pid" '{print pid, $12 + $13}'
}

# Succeeds when the Sentinel was busy since the last look, which was at least 3 seconds ago. The file holds
# <pid> <ticks> <time of that look> <time of the last cure>.
spins() {
  # shellcheck disable=SC2046 # two words
  set -- $(ticks) || return 1
  [ "$#" = 2 ] || return 1
  now=$(date +%s)
  cured=0
  if last_look && [ "$_pid" = "$1" ]; then
    _seconds=$((now - _then))
    [ "$_seconds" -ge 3 ] || return 1
  else
    _seconds=0
  fi
  note_look "$1" "$2" "$now" "$cured"
  [ "$_seconds" -gt 0 ] && [ $(($2 - _ticks)) -gt $((_seconds * SPIN_PERCENT)) ]
}
last_look() { [ -r "$DATA_DIR/ticks" ] && read -r _pid _ticks _then cured <"$DATA_DIR/ticks"; }
note_look() { # pid ticks now cured
  printf '%s %s %s %s\n' "$@" >"$DATA_DIR/ticks.new" && mv "$DATA_DIR/ticks.new" "$DATA_DIR/ticks"
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
  echo "a link spins (more than $SPIN_PERCENT % of a core), reopening all: $(reopen_links | tr '\n' ' ')"
  last_look && note_look "$_pid" "$_ticks" "$_then" "$now"
}
