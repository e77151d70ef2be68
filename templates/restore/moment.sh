# restore-moment.sh: a moment in place of a backup: a base and segments of the append-only file lead to it. Sourced by
# restore-fetch.sh and restore-place.sh, after store.sh, segments-list.sh and restore-settings.sh.
#
#   SCRATCH/moment/appendonlydir   what was fetched: base, everything appended until the end of one segment, a manifest
#   SCRATCH/moment/dump.rdb        what a server without network has made of it, cut at the moment
#   SCRATCH/dump.rdb, manifest.json the same as a fetched backup has them: from here on it is one

MOMENT="$SCRATCH/moment"
PARTS="$MOMENT/appendonlydir"

# Nothing of the deployment's configuration but how many databases there are: neither its certificates nor its accounts
# are here.
configuration() { grep -i '^ *databases ' "$1"; } # file

moment_stamp() { printf '%s\n' "$1" | tr -d ':-'; } # moment
moment_text() { printf '%s\n' "$1" | sed 's/^\(....\)\(..\)\(..T..\)\(..\)\(..Z\)$/\1-\2-\3:\4:\5/'; } # stamp

# In rclone's image.
fetch_moment() { # moment
  if ! _walked=$(list_segments 2>"$SCRATCH/said"); then
    refuse "the store does not answer: $(reason)" 'look at its address, its Secret and the network policy'
    return
  fi
  _walked=$(printf '%s\n' "$_walked" | walk)
  _leading=$(printf '%s\n' "$_walked" | leading_to "$(moment_stamp "$1")")
  if [ -z "$_leading" ]; then
    refuse "no segments lead to $1: $(printf '%s\n' "$_walked" | known_spans)" \
      'choose a moment in one of these (redismanifests backup list), or a backup'
    return
  fi
  _why=''
  # shellcheck disable=SC2086 # pairs of words
  set -- "$1" $_leading
  _moment=$1
  shift
  while [ $# -gt 0 ]; do
    fetch_chain "$1" "$2" && return
    log "chain $2 of $1 does not lead to $_moment: $_why"
    shift 2
  done
  refuse "nothing that leads to $_moment can be read: $_why" 'choose another moment (redismanifests backup check), or a backup'
}
known_spans() {
  spans | while read -r _from _until; do printf '%s to %s, ' "$(moment_text "$_from")" "$(moment_text "$_until")"; done |
    sed 's/, $//; s/^/those in the store lead to moments from /' | grep . || echo 'there are none in the store'
}
fetch_chain() { # pod chain
  rm -rf "$MOMENT"
  mkdir -p "$PARTS" "$MOMENT/parts" || { _why='no space'; return 1; }
  printf '%s\n' "$_walked" | awk -v pod="$1" -v chain="$2" -v moment="$(moment_stamp "$_moment")" '
    $1 == "segment" && $2 == pod && $3 == chain && !done { print $6; done = $4 "" >= moment "" }' >"$MOMENT/names"
  { cat "$MOMENT/names"; echo base; echo manifest.json; } |
    rclone copy --files-from - "$(at "$1/$2")" "$MOMENT/parts" 2>"$SCRATCH/said" || { _why=$(reason); return 1; }
  mv "$MOMENT/parts/base" "$PARTS/appendonly.aof.1.base.rdb" || { _why='its base is not there'; return 1; }
  mv "$MOMENT/parts/manifest.json" "$SCRATCH/chain.json" || { _why='its manifest is not there'; return 1; }
  _sum=$(sha256sum <"$PARTS/appendonly.aof.1.base.rdb")
  [ "${_sum%% *}" = "$(field_of sha256 <"$SCRATCH/chain.json")" ] || { _why='its base is damaged'; return 1; }
  : >"$PARTS/appendonly.aof.1.incr.aof"
  while read -r _name; do append_segment || return 1; done <"$MOMENT/names"
  printf 'file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n' \
    >"$PARTS/appendonly.aof.manifest" || { _why='no space'; return 1; }
  log "fetched chain $2 of $1, to be cut at $_moment"
}
# What an upload before has of the same stream is left out.
append_segment() {
  _file="$MOMENT/parts/$_name"
  _sum=$(tail -n +2 "$_file" | sha256sum)
  [ "$(head -n 1 "$_file")" = "$(segment_header "${_sum%% *}")" ] || { _why="segment $_name is damaged"; return 1; }
  _at=$(stat -c %s "$PARTS/appendonly.aof.1.incr.aof")
  _first=$(printf '%s\n' "${_name%%-*}" | sed 's/^0*\(.\)/\1/')
  tail -n +2 "$_file" | tail -c "+$((_at - _first + 1))" >>"$PARTS/appendonly.aof.1.incr.aof" || { _why='no space'; return 1; }
  rm -f "$_file"
}

# In the server's image: cut, load, save. What it makes is written whole, so it may be tried again.
wind_back() { # moment
  [ "$(field_of id 2>/dev/null <"$SCRATCH/manifest.json")" != "$1" ] || return 0
  _seconds=$(date -u -d "$(moment_words "$1")" +%s)
  if ! cut_at "$_seconds"; then
    refuse "what leads to $1 cannot be cut there: $_why" 'choose another moment, or a backup'
    return
  fi
  _loaded=$(rehearse_load append "$MOMENT" dump.rdb save)
  case $_loaded in
    keys*) ;;
    *)
      refuse "a server cannot load what leads to $1: $_loaded" \
        'use the engine that wrote it, or more memory, or choose another moment or a backup'
      return
      ;;
  esac
  if ! { mv "$MOMENT/dump.rdb" "$SCRATCH/dump.rdb" && describe_moment "$1" >"$SCRATCH/manifest.part" &&
    mv "$SCRATCH/manifest.part" "$SCRATCH/manifest.json"; }; then
    refuse "no space for the data of $1" 'use a larger restore.sizeLimit'
    return
  fi
  rm -rf "$MOMENT"
}
# The tool of the server removes everything from the first second on that is later. It may leave half a command at the
# end, where nothing later was stored. The base has no timestamps: it is older than the moment.
cut_at() { # seconds since 1970
  _check="${SERVER%-server}-check-aof" _incr="$PARTS/appendonly.aof.1.incr.aof"
  [ -s "$_incr" ] || return 0
  _said=$("$_check" --truncate-to-timestamp "$1" "$_incr" 2>&1) && return 0
  case $_said in
    *'nothing before timestamp'*) : >"$_incr"; return 0 ;;
  esac
  _said=$(echo y | "$_check" --fix "$_incr" 2>&1) && return 0
  _why=$(printf '%s\n' "$_said" | grep -v '^$' | tail -n 1)
  return 1
}
describe_moment() { # moment
  _checked=$("${SERVER%-server}-check-rdb" "$SCRATCH/dump.rdb" 2>&1) || return 1
  _aux() { printf '%s\n' "$_checked" | sed -n "s/^.*AUX FIELD $1 = '\(.*\)'\$/\1/p" | sed -n 1p; }
  _engine=redis _version=$(_aux redis-ver)
  [ -n "$_version" ] || { _engine=valkey; _version=$(_aux valkey-ver); }
  cat <<END
{
"format": 1,
"id": "$1",
"namespace": "$(field_of namespace <"$SCRATCH/chain.json")",
"name": "$(field_of name <"$SCRATCH/chain.json")",
"engine": "$_engine",
"version": "$_version",
"rdbVersion": $(head -c 9 "$SCRATCH/dump.rdb" | tr -cd '0-9' | sed 's/^0*//'),
"time": "$1",
"keys": $(printf '%s\n' "$_checked" | sed -n 's/^\[info\] \([0-9]*\) keys read$/\1/p'),
"usedMemory": $(_aux used-mem),
"size": $(stat -c %s "$SCRATCH/dump.rdb"),
"sha256": "$(sha256sum "$SCRATCH/dump.rdb" | cut -c 1-64)"
}
END
}
