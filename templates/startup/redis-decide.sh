# redis-decide.sh: deciding what a Redis pod starts as. Facts in, one action with its reason out.
#
# Pure: no call, no clock, no file. Facts are lines, a blank line ends a set; each set gives one line.
#   self <address> <ordinal>
#   member <address>               every Redis pod, by ordinal, oneself included
#   past <address>                 who was a member when this volume was last used: it may still be master
#   sentinels <number>             how many there should be
#   waited <seconds>
#   volume data|empty|unusable     what this configuration loads holds keys, or none; unusable: it cannot be
#                                  loaded, or which of two copies counts is not known (redis-volume.sh)
#   trouble ... , remedy ...       of an unusable volume: what is wrong, and what a person does
#   storage claim|emptyDir         is the volume kept when the pod goes?
#   last none|master|unknown       what this volume was last; unknown: a replica of an address of nobody
#   last replica <address>
#   person none|master             has a person put the file start-as-master on the volume?
#   promotion no|asked|refused     was a Sentinel asked to promote a replica of mine, and what did it say?
#   sentinel ... , peer ...        as lib.sh asks them
# Actions:
#   master <reason>                start as master
#   replica <address> <reason>     start as its replica, whether that address is alive or not
#   failover <reason>              stay down and ask one Sentinel to promote a replica
#   wait <reason>                  stay down; time or somebody else will settle it
#   help <reason>                  stay down; the text says what a person must do
#
# Staying down is safe and has no limit of its own: a pod that kubelet restarts in the meantime waits again.
# So every doubt that could cost data ends in wait and then help, and none in a second or an empty master.
#
# A pod that is still deciding runs no Redis and cannot be heard. What makes a cold start converge is
# therefore who may start before whom:
#   1. Whoever is going to be a replica starts soon and waits for nobody for long: Sentinel can move it or
#      promote it, and by running it tells the others whether it holds data and whom it followed last.
#      Only one that Sentinel might promote too early does harm: one that holds nothing (too_empty_for), or an
#      older copy than that of a last master that is on its way (follow_majority).
#   2. A last master starts when a majority of the members stands behind it: itself and the replicas that hold
#      data and followed it last. Two pods that both remember being master cannot both have that, and the
#      one without it follows the other as soon as that one runs.
#   3. Ordinal 0 with an empty volume comes last of all: it makes a new data set when every other member
#      runs and holds nothing. On a first install that is so after FOLLOW_AFTER, because the others start as
#      its empty replicas. After a loss of its volume the others hold data, and it will never be true.
#   4. Whatever a Sentinel on its own volume remembers comes before all of this.

# shellcheck disable=SC2016
REDIS_DECIDE='
BEGIN {
  # Sentinels restored from their volumes answer within two seconds of their start; a replica that goes by its
  # own memory gives them a little more than that.
  FOLLOW_AFTER = 5
  # A minority of the Sentinels, or a master without replicas, may be the wrong side of a partition.
  MINORITY_AFTER = 10
  # A member that cannot be scheduled must not stop a first install, but two of three have to be seen empty.
  BOOTSTRAP_AFTER = 30
  # The Sentinels need down-after, an election and a promotion to replace a master that came back too early.
  HANDOVER_EXTRA = 15
  HANDOVER_CAP = 60
  # How much later than one that lost its volume a member that holds data may come back.
  EMPTY_AFTER = 60
  # A Sentinel asks its master every second. One that has had no answer for so long, in milliseconds, may be
  # about to replace it.
  DEAF_AFTER = 2000
  # When to call a person, where nothing but waiting is left.
  HELP_AFTER = 60
}
function reset(  name) {
  me = ""; ordinal = members = sentinels = waited = 0
  volume = "empty"; storage = "claim"; last = "none"; last_address = ""; person = "none"; promotion = "no"
  trouble = remedy = ""
  stranger = ""; answers = epoch = electing = down_after = heard = holders = empties = strangers = masters = 0
  stranger_epoch = pasts = 0
  split("", member); split("", votes); split("", follows); split("", live)
  split("", is_master); split("", attached); split("", held); split("", is_member)
  split("", past); split("", is_past); split("", leads); split("", deaf)
}
function holds(keys) { return keys == "loading" || keys + 0 > 0 }
function say(action, reason) { print action, reason; decided = 1 }

# Facts are taken in any order, and judged at the end of a set.
BEGIN { reset() }
$1 == "self" { me = $2; ordinal = $3 + 0 }
$1 == "member" { member[members++] = $2; is_member[$2] = 1 }
$1 == "past" { past[pasts++] = $2; is_past[$2] = 1 }
$1 == "sentinels" { sentinels = $2 + 0 }
$1 == "waited" { waited = $2 + 0 }
$1 == "volume" { volume = $2 }
$1 == "trouble" { trouble = substr($0, 9) }
$1 == "remedy" { remedy = substr($0, 8) }
$1 == "storage" { storage = $2 }
$1 == "last" { last = $2; last_address = $3 }
$1 == "person" { person = $2 }
$1 == "promotion" { promotion = $2 }
$1 == "sentinel" && $3 != "silent" { said[++told] = $0 }
$1 == "peer" && $3 != "silent" { saw[++seen] = $0 }
$0 == "" { judge() }
END { judge() }

function judge(  i) {
  if (me == "") { told = seen = 0; return }
  for (i = 1; i <= told; i++) take_sentinel(said[i])
  for (i = 1; i <= seen; i++) take_peer(saw[i])
  decided = 0
  decide()
  told = seen = 0
  reset()
}
function take_sentinel(line,  field) {
  split(line, field, " ")
  # An address that is and was no member is never followed: a Service that was made again, or another
  # deployment that shares the name of the master. Or my list is old: then it is the master.
  if (!(field[4] in is_member) && !(field[4] in is_past)) {
    strangers++; stranger = field[4]
    if (field[3] + 0 > stranger_epoch) stranger_epoch = field[3] + 0
    return
  }
  answers++
  if (field[5] ~ /failover_in_progress/) electing++
  if (field[5] ~ /s_down/ || field[9] + 0 >= DEAF_AFTER) deaf[field[4]]++
  if (field[6] + 0 > down_after) down_after = field[6] + 0
  # During a failover its leader reports the new epoch with the old address: votes among the highest epoch.
  if (field[3] + 0 > epoch) { epoch = field[3] + 0; split("", votes) }
  if (field[3] + 0 == epoch) votes[field[4]]++
}
function take_peer(line,  field) {
  split(line, field, " ")
  if (field[3] == "master") leads[field[2]] = 1
  if (!(field[2] in is_member) || field[2] == me) return
  heard++
  held[field[2]] = field[4]
  if (holds(field[4])) holders++; else empties++
  if (field[3] == "master") { is_master[field[2]] = 1; attached[field[2]] = field[5] + 0; masters++; return }
  follows[field[2]] = field[5]
  # -1: it started without ever reaching its master, so it cannot be ahead of it and will not be missed.
  if (field[5] == me && (field[6] == "up" || field[7] + 0 >= 0)) live[field[2]] = 1
}

# The first member in order with the highest count, oneself last, so that a tie never makes a master.
function first_of(counts,  i, name, best, most) {
  for (i = 0; i < members + pasts; i++) {
    name = i < members ? member[i] : past[i - members]
    if (name != me && (name in counts) && counts[name] + 0 > most) { most = counts[name] + 0; best = name }
  }
  if ((me in counts) && counts[me] + 0 > most) best = me
  return best
}
function some(set,  name) { for (name in set) return name; return "" }

function decide(  named, majority, top, name, limit) {
  majority = int(sentinels / 2) + 1
  named = first_of(votes)
  limit = int(down_after / 1000) + HANDOVER_EXTRA
  if (limit > HANDOVER_CAP || down_after == 0) limit = HANDOVER_CAP

  # What cannot be loaded is moved aside where a copy comes instead. Only a majority may ask for that, and the
  # other one has to be there.
  if (volume == "unusable" && named != me && votes[named] >= majority && (named in is_master))
    return say("replica", named " " votes[named] " of " sentinels " Sentinels name it, it runs, epoch " epoch)
  if (volume == "unusable") return stay(HELP_AFTER, trouble, remedy)

  # The Sentinels are the authority. A replica does not wait for a master that is dead: a running replica is
  # exactly what Sentinel needs, once the master has had its time to come back.
  if (answers >= majority && named != me)
    return follow_majority(named, majority, limit)
  # A failover to somebody whom I do not know may just be over: the others hear of it within two seconds.
  if (stranger_epoch > epoch && waited < MINORITY_AFTER)
    return say("wait", "a Sentinel names " stranger ", which is in no list of mine, with a newer epoch")
  if (answers >= majority) return named_by_sentinels(limit)

  # Fewer Sentinels than a majority. A master with replicas attached got there by a majority of some kind.
  top = first_of(attached)
  if (top != "" && masters_like(attached[top]) == 1) return follow_master(top)
  if (waited >= MINORITY_AFTER) {
    if (answers > 0 && named != me)
      return follow_named(named, "only " answers " of " sentinels " Sentinels answer, all that is known")
    name = some(is_master)
    if (masters == 1) return follow_master(name)
  }
  if (masters > 1) return stay(HELP_AFTER,
    "several members run as master and no majority of Sentinels answers",
    "bring the Sentinels back, or make all but one of the masters replicas (redis-cli REPLICAOF)")
  if (masters == 1) return say("wait", "a master without replicas runs, listening to the Sentinels first")
  if (answers > 0 && waited < MINORITY_AFTER)
    return say("wait", "only " answers " of " sentinels " Sentinels answer, listening for the others")

  if (person == "master") return say("master", "a person put start-as-master on the volume")
  if (some(live) != "") return stay(HELP_AFTER,
    some(live) " is a running replica of mine, may be ahead, and too few Sentinels answer to promote it",
    "bring the Sentinels back" or_insist())
  return volume == "empty" ? start_empty() : start_with_data()
}
function masters_like(count,  name, number) {
  for (name in attached) if (attached[name] == count) number++
  return count + 0 > 0 ? number : 0
}
function or_insist() {
  return ", or create start-as-master in the data directory of the pod that shall be master"
}
function stay(after, reason, task) {
  if (waited < after) return say("wait", reason)
  return say("help", reason "; a person must " task)
}

# When all were away, the last master has what it acknowledged after its replicas had stopped, and is the one
# to lead. Sentinels that have not reached it yet would promote an older copy: a replica that does not run is
# not promoted. So they get the time to open their links anew. Not where another one with data runs: that one
# can be promoted anyway, and needs a replica to take writes. A master that runs is worth a longer wait: by
# names, or after TILT, they may need more than the limit, and a replica shows itself before its first copy.
function follow_majority(name, majority, limit) {
  if (volume == "data" && waited < limit && !(name in leads) && !holders)
    return say("wait", name " is not back, and what I hold may be older than what it acknowledged")
  if (volume == "data" && waited < HANDOVER_CAP && (name in leads) && deaf[name] >= majority)
    return say("wait", name " runs, and " deaf[name] " Sentinels that do not hear it might promote me")
  follow_named(name, answers " of " sentinels " Sentinels name it, epoch " epoch)
}
function follow_named(name, why) {
  if (too_empty_for(name)) return stay(HELP_AFTER,
    name " does not run as master, and my empty volume must not be promoted in its place",
    "bring " name " back, or look why the Sentinels promote nobody (kubectl logs of the Sentinels)")
  return say("replica", name " " why)
}
# An empty replica whose master is gone may be the only one that Sentinel sees, or one of several whose
# offsets are all 0 after a cold start, and then it chooses by run id. Promoted, it wipes all the others. So
# it comes after those who run and hold data, and gives the silent ones time to come. Not on an emptyDir: who
# is silent there comes back empty as well.
function too_empty_for(name) {
  if (volume == "data" || (name in leads)) return 0
  return holders > 0 || (storage == "claim" && empties < members - 1 && waited < EMPTY_AFTER)
}

# Following a master that holds nothing would wipe what this volume holds. Only a majority of Sentinels
# may ask for that (FLUSHALL is legal).
function follow_master(name) {
  if (volume == "data" && !holds(held[name])) return stay(HELP_AFTER,
    name " runs as an empty master, and this volume holds data",
    "bring the Sentinels back, or stop " name or_insist())
  return say("replica", name " it runs as master with " attached[name] " replicas attached")
}

function named_by_sentinels(limit) {
  if (masters > 0) return stay(HELP_AFTER, "the Sentinels name me, but " some(is_master) " runs as master",
    "decide which data set is the right one and make the other a replica (redis-cli REPLICAOF)")
  if (person == "master") return say("master", "the Sentinels name me and a person put start-as-master here")
  # Came back within down-after. The replicas may be ahead (the tail of the append-only file), and a
  # failover may start at any moment: then there would be two masters, and acknowledged writes were lost
  # that way.
  if (some(live) != "" && !electing && waited >= limit) {
    if (promotion == "no")
      return say("failover", "the Sentinels name me, a replica of mine runs, and nobody promoted it")
    if (promotion == "refused" && volume == "data")
      return say("master", "a Sentinel was asked and finds no replica that it could promote")
  }
  if (some(live) != "") return stay(limit + HELP_AFTER,
    "the Sentinels name me, but " some(live) " is a running replica of mine: it is to be promoted",
    "run SENTINEL FAILOVER on one Sentinel" or_insist())
  if (electing) return stay(limit + HELP_AFTER, "the Sentinels are electing a new master",
    "look why their failover does not end (kubectl logs of the Sentinels)" or_insist())
  if (volume == "data") return say("master", answers " of " sentinels " Sentinels name me, epoch " epoch)
  # An empty master makes every replica drop its data.
  if (heard == members - 1 && holders == 0)
    return say("master", "the Sentinels name me, and all the others run and hold nothing either")
  if (waited >= limit && promotion == "no" && heard > 0 && !electing)
    return say("failover", "the Sentinels name me, my volume is empty, and nobody was promoted")
  return stay(limit + HELP_AFTER, "the Sentinels name me, but my volume is empty and " \
    (holders > 0 ? "others hold" : "a silent member may hold") " data: one of them is to be promoted",
    "bring the other members back, or, if their data is lost, create start-as-master in my data directory")
}

# By my own judgement, with fewer Sentinels than a majority that name a member.
function lead(reason) {
  if (strangers) return stay(HELP_AFTER,
    "a Sentinel names " stranger ", which is in no list of mine: my list is old, or theirs is",
    "wait for two minutes, in which the kubelet renews my list, then restart the Sentinels" or_insist())
  return say("master", reason)
}
function start_empty(  name) {
  for (name in follows) if (holds(held[name]) && follows[name] != me) followed[follows[name]]++
  name = first_of(followed)
  split("", followed)
  if (holders > 0) {
    if (name in is_member && waited >= FOLLOW_AFTER)
      return follow_named(name, "my volume is empty, and those who hold data follow it")
    return stay(HELP_AFTER, "my volume is empty, others hold data, and no Sentinel knows the master",
      "choose the member with the best data and run redis-cli REPLICAOF NO ONE there")
  }
  if (ordinal > 0) {
    if (waited < FOLLOW_AFTER) return say("wait", "my volume is empty, listening for Sentinels and members")
    return say("replica", member[0] " nobody is known and my volume is empty: ordinal 0 would be first")
  }
  if (heard == members - 1) return lead("first start: every other member runs and holds nothing")
  # A Sentinel that answers, or one that names a stranger, remembers a life before this one.
  if (waited >= BOOTSTRAP_AFTER && !answers && !strangers && empties + 1 >= int(members / 2) + 1)
    return say("master", "first start: " empties " of the others run and hold nothing, the rest is silent")
  return stay(HELP_AFTER,
    "my volume is empty, and members that may hold data are silent: " (members - 1 - heard),
    "bring them back, or, if this is a new deployment, create start-as-master in my data directory")
}

function start_with_data(  backing, name) {
  if (waited < FOLLOW_AFTER) return say("wait", "listening for Sentinels and members")
  if (last == "replica" && (last_address in is_member) && last_address != me)
    return say("replica", last_address " nobody else is known and it was my last master")
  backing = 1
  for (name in follows) if (follows[name] == me && holds(held[name])) backing++
  # A volume without a memory (a restored dump) is as good as a last master, but only in ordinal 0.
  if (last == "master" || (last == "none" && ordinal == 0)) {
    if (backing >= int(members / 2) + 1)
      return lead("I was it last, and " (backing - 1) " others followed me")
    if (heard == members - 1 && holders == 0) return lead("only my volume holds data")
    return stay(HELP_AFTER,
      "I was master last, but only " backing " of " members " members stand behind that",
      "bring the Sentinels or the other members back" or_insist())
  }
  if (last == "none")
    return say("replica", member[0] " my volume does not tell what it was, and ordinal 0 would be first")
  return stay(HELP_AFTER,
    "my volume remembers a master that is no member today" (strangers ? ", and so does a Sentinel" : ""),
    "restart the Sentinels (kubectl rollout restart) if they name " (stranger ? stranger : "a stranger") \
    or_insist())
}
'

redis_decide() { awk "$REDIS_DECIDE"; }
