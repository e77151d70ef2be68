# segments-list.sh: what the store has of segments, and to which moments it leads. Sourced after store.sh.
#
#   POD/CHAIN/base              the base of an append-only file
#   POD/CHAIN/manifest.json     its size and its sum; a folder without it is no chain
#   POD/CHAIN/FIRST-UNTIL-ROLE-COUNT
#                               a segment: where it begins in the stream, the moment until which it holds everything,
#                               what the pod was then, and how many bytes it has beside its header
# CHAIN and UNTIL are moments, such as 20261130T120000Z: as text in the order of time. A chain begins with its id.

# shellcheck disable=SC2034 # for the scripts that source this
HEADER_BYTES=128
segment_header() { printf 'segment 1 sha256 %-110s\n' "$1"; } # sum
stamp() { date -u -d "@$1" +%Y%m%dT%H%M%SZ; } # seconds since 1970

# "<size> <pod>/<chain>/<file>", a line each; nothing where the store has no such folder yet.
list_segments() {
  _listed=$(rclone lsf -R --files-only --format sp --separator ' ' "$REMOTE")
  _code=$?
  [ "$_code" = 0 ] || [ "$_code" = 3 ] || return 1
  printf '%s\n' "$_listed" | sort -k 2
}

# What is restorable of these lines. For each segment that counts, in the order of the stream:
#   segment <pod> <chain> <until> <role> <name>
# and after them, for each chain, also for one of which nothing counts:
#   chain <pod> <chain> <until, or its beginning> <bytes> whole|without-base|gap
# A segment of another size than its name says is one whose upload did not end. Uploads that were tried again may
# overlap: it is the same stream.
walk() {
  awk -v header="$HEADER_BYTES" '
    {
      size = $1; path = substr($0, length($1) + 2)
      if (split(path, part, "/") != 3) next
      key = part[1] " " part[2]
      if (!(key in seen)) { seen[key] = 1; order[++chains] = key; until[key] = part[2]; at[key] = 0 }
      bytes[key] += size
      if (part[3] == "base") { based[key] = 1; next }
      if (part[3] == "manifest.json") { described[key] = 1; next }
      if (split(part[3], field, "-") != 4 || size != field[4] + header) next
      if (field[1] + 0 > at[key]) { gap[key] = 1; next }
      if (field[1] + field[4] > at[key]) at[key] = field[1] + field[4]
      until[key] = field[2]
      print "segment", key, field[2], field[3], part[3]
    }
    END {
      for (i = 1; i <= chains; i++) {
        key = order[i]
        state = (key in based) && (key in described) ? (key in gap ? "gap" : "whole") : "without-base"
        print "chain", key, until[key], bytes[key], state
      }
    }'
}

# Chains that lead to a moment, the best first, of what walk printed: "<pod> <chain>". The best is the pod that was the
# master then, and became it last, of several; then a replica, which was a moment behind.
leading_to() { # moment
  awk -v moment="$1" '
    $1 == "segment" {
      key = $2 " " $3
      if ($5 != role[key]) { role[key] = $5; since[key] = key in last ? last[key] : $3 }
      last[key] = $4
      if (!(key in chosen) && $4 "" >= moment "") { chosen[key] = (role[key] == "master" ? 1 : 0) " " since[key] }
    }
    $1 == "chain" && $6 != "without-base" && $3 "" <= moment "" {
      key = $2 " " $3
      if (key in chosen) print chosen[key], key
    }' | sort -k 1,1r -k 2,2r -k 4,4r | awk '{ print $3, $4 }'
}

# From when to when moments can be restored: "<from> <until>" of chains that overlap as one, in the order of time.
spans() {
  awk '$1 == "chain" && $6 != "without-base" && $4 "" > $3 "" { print $3, $4 }' | sort | awk '
    from == "" { from = $1; until = $2; next }
    $1 "" <= until "" { if ($2 "" > until "") until = $2; next }
    { print from, until; from = $1; until = $2 }
    END { if (from != "") print from, until }'
}
