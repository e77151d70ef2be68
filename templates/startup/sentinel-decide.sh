# sentinel-decide.sh: deciding which master a Sentinel starts with. Facts in, one action with its reason out.
#
# Pure, like redis-decide.sh, and with its form: facts are lines, a blank line ends a set.
#   self <address>
#   member <address>               every Redis pod, by ordinal
#   past <address>                 who was a member when this volume was last used: it may still be master
#   sentinels <number>             how many there should be, oneself included
#   waited <seconds>
#   state none                     nothing on this volume
#   state known <epoch> <address>  the master that this volume remembers, by its address of today
#   state unknown <epoch> <address>   it remembers an address that is no member today
#   lost <address>                 the remembered name leads to an address that neither answers nor refuses
#   sentinel ... , peer ...        as lib.sh asks them
# Actions:
#   monitor <address> <epoch> <reason>   start with this master and config-epoch
#   wait <reason>                        not yet
#   help <reason>                        not yet; the text says what a person must do
#
# A Sentinel never invents a master, least of all a replica or ordinal 0: from a wrong one nothing leads back.

# shellcheck disable=SC2016
SENTINEL_DECIDE='
BEGIN {
  # A master without replicas may be new, or the wrong side of a partition: other Sentinels may know more.
  ALONE_AFTER = 5
  # CoreDNS forgets an address after five seconds where nobody told it otherwise; and a round of asking.
  LOST_AFTER = 8
  # As long as an empty replica itself waits for those who may hold data (redis-decide.sh).
  EMPTY_AFTER = 60
  HELP_AFTER = 60
}
function reset() {
  me = state = own = lost = ""; sentinels = waited = members = own_epoch = 0
  answers = epoch = strangers = masters = told = seen = pasts = leads = empties = 0
  split("", past); split("", is_past)
  split("", member); split("", is_member); split("", votes); split("", attached)
}
function say(action, reason) { print action, reason }

BEGIN { reset() }
$1 == "self" { me = $2 }
$1 == "member" { member[members++] = $2; is_member[$2] = 1 }
$1 == "past" { past[pasts++] = $2; is_past[$2] = 1 }
$1 == "sentinels" { sentinels = $2 + 0 }
$1 == "waited" { waited = $2 + 0 }
$1 == "state" { state = $2; own_epoch = $3 + 0; own = $4 }
$1 == "lost" { lost = $2 }
$1 == "sentinel" && $3 != "silent" { said[++told] = $0 }
$1 == "peer" && $3 == "master" { saw[++seen] = $0 }
$1 == "peer" && $3 == "replica" && $4 == "0" { empties++ }
$0 == "" { judge() }
END { judge() }

function judge(  i) {
  if (me != "") {
    for (i = 1; i <= told; i++) take_sentinel(said[i])
    for (i = 1; i <= seen; i++) take_master(saw[i])
    decide()
  }
  reset()
}
function take_sentinel(line,  field) {
  split(line, field, " ")
  if (field[2] == me) return
  if (!(field[4] in is_member) && !(field[4] in is_past)) { strangers++; return }
  answers++
  # The leader of a failover has the new epoch with the old address. Taken over, that is never corrected:
  # hellos of an equal epoch change nothing.
  if (field[5] ~ /failover_in_progress/) { leads++; return }
  # Votes among the highest epoch.
  if (field[3] + 0 > epoch) { epoch = field[3] + 0; split("", votes) }
  if (field[3] + 0 == epoch) votes[field[4]]++
}
function take_master(line,  field) {
  split(line, field, " ")
  if (field[2] in is_member) { masters++; attached[field[2]] = field[5] + 0 }
}
function first_of(counts,  i, name, best, most) {
  most = -1
  for (i = 0; i < members + pasts; i++) {
    name = i < members ? member[i] : past[i - members]
    if ((name in counts) && counts[name] > most) { most = counts[name]; best = name }
  }
  return best
}
function as_many(counts, most,  name, number) {
  for (name in counts) if (counts[name] == most) number++
  return number + 0
}

function decide(  named, lead) {
  named = first_of(votes)
  if (state == "known" && !(own in is_member)) state = "unknown"
  if (state == "known") {
    # At +switch-master a Sentinel that could not resolve the new name kept the old address with the new
    # epoch, and hellos of an equal epoch never mend that. A majority of all Sentinels is right, one file
    # may be wrong.
    if (named != "" && named != own && epoch >= own_epoch && votes[named] >= int(sentinels / 2) + 1)
      return say("monitor", named " " epoch " my volume says " own ", but " votes[named] " Sentinels name it")
    # Sentinel tries an address that swallows packets for 15 s before it asks DNS again. Meanwhile the master
    # may be back and take writes, and be replaced by a replica that lacks them: rehearsed so, 60 were lost.
    if (lost == own && waited < LOST_AFTER)
      return say("wait", own " leads to nobody who answers or refuses")
    # An empty replica that started while nobody answered would be promoted in the place of a master that
    # comes a moment later, and all data would be wiped.
    if (empties && !masters && waited < EMPTY_AFTER)
      return say("wait", "nobody runs as master, and a replica that holds nothing would be promoted")
    return say("monitor", own " " own_epoch " my volume remembers it")
  }
  if (named != "" && as_many(votes, votes[named]) == 1)
    return say("monitor", named " " epoch " " votes[named] " of " answers " Sentinels that answer name it")
  if (leads && named == "" && waited < HELP_AFTER)
    return say("wait", "the only Sentinel that answers leads a failover: its end decides")
  if (leads && named == "")
    return say("help", "the only Sentinel that answers leads a failover that does not end; a person must" \
      " look why (kubectl logs of the Sentinels)")
  lead = first_of(attached)
  if (lead != "" && as_many(attached, attached[lead]) == 1 && (attached[lead] > 0 || waited >= ALONE_AFTER))
    return say("monitor", lead " 0 it runs as master with " attached[lead] " replicas attached")
  if (waited < HELP_AFTER)
    return say("wait", masters " running masters, and no Sentinel to ask")
  if (masters > 1)
    return say("help", masters " members run as master; a person must choose the one with the right" \
      " data and make the others its replicas (redis-cli REPLICAOF)")
  return say("help", "no Sentinel knows a master" (state == "unknown" ? ", mine is no member today" : "") \
    " and no member runs as one; a person must read the logs of the Redis pods and do what they ask" \
    " for, or, if all run as replicas, run redis-cli REPLICAOF NO ONE on the one with the best data")
}
'

sentinel_decide() { awk "$SENTINEL_DECIDE"; }
