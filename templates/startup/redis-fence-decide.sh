# redis-fence-decide.sh: deciding when a master must stop acknowledging, and when a replica asks for a
# failover, or moves to the master. What is heard in, actions out.
#
# Pure: no call, no clock, no file. It reads lines as they come and remembers; times are seconds of uptime.
#   self <address>
#   member <address>                    every Redis pod, oneself included
#   sentinels <number>                  how many there should be
#   tick <now>                          time goes on; four times a second
#   own <now> <line>                    each line that the own server answers to INFO replication
#   sentinel <address> <now> <answer>   what a Sentinel answers to SENTINEL MASTER, as one line of CSV
# Actions:
#   hold <reason>                       another one may be promoted: acknowledge nothing for a moment
#   end <reason>                        the same, and this pod itself has slept: there is no time to ask
#   follow <address> <reason>           another one leads, at a higher epoch
#   look <reason>                       a replica left while too few Sentinels are heard: was it promoted?
#   ask <reason>                        the master is down, and nobody is at a failover
#   attach <address> <reason>           this replica follows another one than the master
#
# A Sentinel holds a master for down when a ping is unanswered for down-after, and tells how old it is
# (last-ping-sent). So down-after is a lease that each answered ping renews, and who cannot renew it must have
# stopped before it ends: until then nobody has been promoted, and what was acknowledged is with the replicas.
# A hang, a script, a slow disk and a broken link are alike in that, and need not be told apart.
#
# An attempt that fails, because no replica ran yet or the votes were split, is repeated by the Sentinels
# after twice failover-timeout only. Who could be promoted by then need not wait for that: a replica asks.
# And a replica that is loading its data refuses to be moved (LOADING), which Sentinel does not see. It takes
# the failover for unfinished until failover-timeout, names the former master to those who ask for all masters
# (redis-py does), and moves the replica then. This one moves by itself.
#
# Nothing is done
#   - by a replica, but to ask and to move; nor before a majority of the Sentinels has named this server once:
#     a replica that was just promoted is a master of whom they do not know yet;
#   - by a master without replicas: nobody could be promoted in its place;
#   - while too few Sentinels are heard: those that are dead promote nobody.

# shellcheck disable=SC2016,SC2034
REDIS_FENCE_DECIDE='
BEGIN {
  # Before the end of the lease: a tick, the call that holds writes (0.3 s), and a busy machine.
  MARGIN = 0.8
  # With a short down-after no more than this part of it.
  MARGIN_PART = 0.4
  # A ping that is answered is answered within milliseconds. One this old is the beginning of something.
  SUSPICIOUS = 1
  # What was heard is older than it seems: redis-cli sleeps between answer and output (EVERY, redis-fence.sh).
  LATE = 0.5
  # Who said nothing for so long is silent.
  SILENT_AFTER = 2.5
  # A server that answers again after such a pause has been away.
  AWAY = 1.5
  # Between two actions of a kind.
  REPEAT = 0.5
  # From down to an attempt it takes the Sentinels little more than a second: they ask each other.
  UNATTENDED_AFTER = 3
  # Longer than a failover needs to move its replicas, and the Sentinels to tell each other.
  ASTRAY_AFTER = 2
}
# Words of one line of CSV, all of them in quotes.
function words(text) { sub(/^"/, "", text); sub(/"$/, "", text); return split(text, word, "\",\"") }
function age(who) { return now - heard[who] + LATE }

# A new life of the fence: nothing has been heard.
$1 == "self" {
  me = $2; armed = -1; role = ""; replicas = settled = own_heard = woke = ticked = slept = unattended = 0
  follows = astray = ""
  split("", is_member); split("", heard); split("", acted)
  next
}
$1 == "member" { is_member[$2] = 1; next }
$1 == "sentinels" { sentinels = $2 + 0; majority = int(sentinels / 2) + 1; next }
$1 == "own" { now = $2 + 0; take_own($3); next }
$1 == "sentinel" { now = $3 + 0; take_sentinel($2, substr($0, index($0, "\""))); judge(); next }
$1 == "tick" {
  slept = ticked ? $2 - ticked : 0
  now = ticked = $2 + 0
  judge()
}

function take_own(line,  found) {
  if (line ~ /^role:/) {
    if (own_heard && now - own_heard > AWAY) woke = now - LATE
    own_heard = now
    found = line ~ /^role:master/ ? "master" : "replica"
    if (found != role) armed = -1
    role = found
    online = 0
    if (found == "master") follows = ""
  }
  if (line ~ /^master_host:/) { follows = substr(line, 13); sub(/[\r"].*/, "", follows) }
  if (line ~ /^slave[0-9]+:/ && line ~ /state=online/) {
    online++
    # It may be a member that came after my list: a pod that is newer than this one.
    sub(/^slave[0-9]+:ip=/, "", line); sub(/,.*/, "", line)
    is_member[line] = 1
  }
  if (line ~ /^repl_backlog_histlen:/) replicas = online
}
function take_sentinel(who, text,  n, i, value) {
  n = words(text)
  for (i = 1; i < n; i += 2) value[word[i]] = word[i + 1]
  if (value["ip"] == "" || value["flags"] == "") return
  heard[who] = now
  names[who] = value["ip"]
  epoch[who] = value["config-epoch"] + 0
  lease = value["down-after-milliseconds"] / 1000
  quorum = value["quorum"] + 0
  flags[who] = value["flags"]
  # A link that is closed sends no pings; then it counts since the last answer.
  unanswered[who] = (value["flags"] ~ /disconnected/ && value["last-ping-sent"] == 0 \
    ? value["last-ok-ping-reply"] : value["last-ping-sent"]) / 1000
}

function judge(  who, i, top, votes, name, margin, accusers, listening, down, led, waits, leader) {
  top = -1
  for (who in heard) if (now - heard[who] <= SILENT_AFTER && epoch[who] > top) top = epoch[who]
  for (who in heard) {
    if (now - heard[who] > SILENT_AFTER) continue
    listening++
    if (flags[who] ~ /failover_in_progress/) led++
    if (epoch[who] != top) continue
    votes[names[who]]++
    if (flags[who] ~ /[so]_down/) down[names[who]]++
  }
  if (role == "replica") {
    for (name in down) if (!led && name != me && down[name] >= majority) waits = name
    for (name in votes) if (votes[name] >= majority && !(name in down) && (name in is_member)) leader = name
  }
  if (!waits) unattended = 0
  else if (!unattended) unattended = now
  else if (now - unattended >= UNATTENDED_AFTER) {
    unattended = 0
    act("ask", down[waits] " of " sentinels " Sentinels hold " waits " for down, and nobody is at a failover")
  }
  if (leader == "" || leader == me || follows == "" || follows == leader) astray = ""
  else if (astray != leader) { astray = leader; astray_since = now }
  else if (now - astray_since >= ASTRAY_AFTER) {
    astray = ""
    act("attach", leader " " votes[leader] " of " sentinels " Sentinels name it, and I followed " follows)
  }
  if (role != "master") { slept = 0; return }
  for (name in votes) if (votes[name] >= majority) {
    if (name == me) armed = top
    else if (armed >= 0 && top > armed && (name in is_member))
      act("follow", name " " votes[name] " of " sentinels " Sentinels name it, epoch " top \
        ", mine was " armed)
  }
  if (listening >= majority) settled = replicas
  else if (armed >= 0 && replicas < settled)
    act("look", replicas " of " settled " replicas are left, and " listening + 0 " of " sentinels \
      " Sentinels are heard")
  margin = MARGIN_PART * lease < MARGIN ? MARGIN_PART * lease : MARGIN
  if (slept >= lease - margin && armed >= 0 && replicas > 0)
    act("end", sprintf("this pod did not run for %.1f s", slept))
  slept = 0
  if (armed < 0 || !replicas) return
  for (who in heard) if (accuses(who, lease - margin)) accusers++
  if (accusers >= (quorum && quorum < majority ? quorum : majority))
    act("hold", accusers " of " sentinels " Sentinels have had no answer for almost " lease " s")
}
# What a Sentinel said before the server woke is over.
function accuses(who, limit) {
  if (names[who] != me || now - heard[who] > SILENT_AFTER) return 0
  if (now - own_heard <= AWAY && heard[who] - LATE < woke) return 0
  return unanswered[who] >= SUSPICIOUS && unanswered[who] + age(who) >= limit
}
function act(action, reason) {
  if (now - acted[action] < REPEAT) return
  acted[action] = now
  print action, reason
  fflush()
}
'
