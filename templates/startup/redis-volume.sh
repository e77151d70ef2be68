# redis-volume.sh: what the server will load from this volume, and making it load what counts.
#
# A server with an append-only file never reads a dump, and one without never reads an append-only file: it
# starts empty beside the data, and its next save overwrites them. Here the copy that counts is chosen by what
# it is, and written in the form that this configuration reads. Nothing is deleted but what that form holds.
#
# Which of two copies counts is never a matter of their times alone, which may lie:
#   1. redis.conf of the last start says which form that server kept up to date. A start writes it last, when
#      the other form is converted already. But
#   2. an append-only file without keys, beside a dump with some, is that of a replica that was killed in its
#      first synchronisation: the dump is what it got from its master; and
#   3. where a replica was killed between the end of a full copy and the first rewrite of its append-only
#      file, that file is older than the copy, and a temp-*.incr lies beside it (redis PR 10616); and
#   4. a dump that was made before the last start and put here after it is a person's: a person is asked.
#   5. without a redis.conf the copy counts beside which the other holds no keys; else a person is asked.
# So is a dump without keys that was written last, beside an append-only file with some: a person is asked.
#
# settings.sh says what the server reads: APPEND_ONLY (yes or no), APPEND_DIR, APPEND_FILE, DUMP_FILE.

CONFIG="$DATA_DIR/redis.conf"
MANIFEST="$DATA_DIR/$APPEND_DIR/$APPEND_FILE.manifest"
DUMP="$DATA_DIR/$DUMP_FILE"
# Copies that nothing else holds, and those whose content is in what is loaded now.
ASIDE="$DATA_DIR/aside"
# At most so many copies that cannot be loaded; who has had three of them must find out why.
ASIDE_COPIES=3
# The last start has not been seen to finish loading (redis-ready.sh): its files may be damaged.
LOADING="$DATA_DIR/loading"
# This pod works on its files and must not be killed for it; redis-alive.sh looks here.
WORKING="$DATA_DIR/working"
# The dump was made of the append-only file beside it, which is to be moved away.
CONVERTED="$DATA_DIR/converted"
# A server that holds no key writes less than this; one that holds few may, too, so such a file is loaded.
BARE_BYTES=512
# How far the clocks of two nodes, and the start and the first save, may be apart.
CLOCK_SECONDS=300

VOLUME=empty TROUBLE='' REMEDY='' CLOSED=no files_then=''

# empty, data or unusable, with TROUBLE (what) and REMEDY (what a person does). Looks again only when files
# have changed.
look_at_volume() {
  [ "$(files_now)" != "$files_then" ] || return 0
  TROUBLE='' REMEDY='' CLOSED=no
  if judge_volume; then
    if holds_keys "$_counts"; then VOLUME=data; else VOLUME=empty; fi
    [ "$_counts" != none ] || no_stranger || VOLUME=unusable
  else
    VOLUME=unusable
  fi
  rm -f "$WORKING"
  files_then=$(files_now)
}
# shellcheck disable=SC2012 # names, inodes and sizes, of everything
files_now() { ls -lniR "$DATA_DIR" 2>/dev/null | cksum; }

# Sets _counts to append, dump or none: the copy that will be loaded. Fails with TROUBLE.
judge_volume() {
  _counts=none
  legible || return 1
  choose || return 1
  [ "$_counts" != none ] || return 0
  [ ! -e "$LOADING" ] || loads "$_counts" || return 1
  case $APPEND_ONLY-$_counts in
    yes-dump) dump_to_append ;;
    no-append) append_to_dump ;;
  esac
}

# What another user keeps to himself looks like nothing from here, or like damage.
legible() {
  for _file in "$DATA_DIR" "$CONFIG" "$DUMP" "$DATA_DIR/$APPEND_FILE" "$DATA_DIR/$APPEND_DIR" \
    "$DATA_DIR/$APPEND_DIR"/*; do
    [ -e "$_file" ] || continue
    if [ ! -r "$_file" ] || { [ -d "$_file" ] && [ ! -x "$_file" ]; }; then
      CLOSED=yes
      trouble "user $(id -u) may not read $_file of user $(stat -c %u "$_file")" \
        "let the pod's group read and write it: chgrp -R $(id -g) $DATA_DIR; chmod -R g+rwX $DATA_DIR"
      return 1
    fi
  done
}

choose() {
  _append=no _dump=no
  { [ ! -s "$MANIFEST" ] && [ ! -s "$DATA_DIR/$APPEND_FILE" ]; } || _append=yes
  [ ! -s "$DUMP" ] || _dump=yes
  if [ "$_append" = no ] && orphans; then
    [ "$_dump-$(last_form)" != yes-dump ] || { _counts=dump; return 0; }
    trouble "$APPEND_DIR holds files of an append-only file and no $APPEND_FILE.manifest that names them" \
      "bring the manifest back, or, if these files are not needed, move $DATA_DIR/$APPEND_DIR away"
    return 1
  fi
  if [ "$_append" = yes ] && unnamed_increment; then
    trouble "$APPEND_FILE.manifest is not whole: it does not name ${_file##*/}, which holds writes" \
      "complete the manifest, or, if that file is not needed, move it out of $DATA_DIR/$APPEND_DIR"
    return 1
  fi
  case $_append-$_dump in
    no-no) return 0 ;;
    yes-no) _counts=append; return 0 ;;
    no-yes) _counts=dump; return 0 ;;
  esac
  # The dump became the base, and nothing was written since: both are the same.
  if is_the_base; then
    if [ "$APPEND_ONLY" = yes ]; then _counts=append; else _counts=dump; fi
    return 0
  fi
  _last_form=$(last_form)
  case $_last_form in
    append) ! copied_and_not_rewritten || _last_form=dump ;;
    none)
      if [ -e "$CONVERTED" ] && [ ! -e "$DUMP.new" ]; then _counts=dump; return 0; fi
      if bare "$DUMP"; then _counts=append; return 0; fi
      if ! holds_keys append; then _counts=dump; return 0; fi
      ambiguous 'nothing tells which was written last'
      return 1
      ;;
  esac
  if [ "$_last_form" = dump ]; then
    _counts=dump
    ! bare "$DUMP" || ! holds_keys append || ambiguous "$DUMP_FILE, written last, holds no keys"
  elif holds_keys append; then
    _counts=append
    ! put_here || ambiguous "$DUMP_FILE was made before the last start and put here after it"
  elif bare "$DUMP"; then
    _counts=append
  else
    _counts=dump
  fi
  [ -z "$TROUBLE" ]
}
trouble() { TROUBLE=$1 REMEDY=$2; }
ambiguous() { # why
  trouble "an append-only file and a dump lie on the volume, and $1" \
    "move the one that shall not be loaded out of $DATA_DIR: $APPEND_DIR, or $DUMP_FILE"
}

# The form that the last server on this volume kept up to date; its default is no append-only file.
last_form() {
  [ -f "$CONFIG" ] || { echo none; return; }
  awk '
    tolower($1) == "appendonly" { gsub(/"/, "", $2); last = tolower($2) }
    END { print last == "yes" ? "append" : "dump" }' "$CONFIG"
}

# Files of an append-only file that no manifest names, one that a start left before its first manifest apart.
orphans() {
  for _file in "$DATA_DIR/$APPEND_DIR/"*; do
    case ${_file##*/} in temp-*) continue ;; esac
    bare "$_file" || return 0
  done
  return 1
}
# A crash may leave a new base that no manifest names yet, and never an increment with something in it.
unnamed_increment() {
  for _file in "$DATA_DIR/$APPEND_DIR/$APPEND_FILE".*.incr.aof; do
    [ ! -s "$_file" ] || grep -q "^file ${_file##*/} " "$MANIFEST" || return 0
  done
  return 1
}
# Only what is small is loaded to see.
bare() { # base or dump
  [ -s "$1" ] || return 0
  [ "$(stat -c %s "$1")" -le "$BARE_BYTES" ] && [ "$(try dump "${1%/*}" "${1##*/}")" = 'keys 0' ]
}

holds_keys() { # append|dump|none
  case $1 in
    none) return 1 ;;
    dump) ! bare "$DUMP" ;;
    append)
      # What a damaged manifest means, and what is left of writes since the base, only loading tells.
      [ -s "$DATA_DIR/$APPEND_FILE" ] || [ -n "$(named_files b)" ] || return 0
      for _file in "$DATA_DIR/$APPEND_FILE" $(named_files i); do [ ! -s "$_file" ] || return 0; done
      for _file in $(named_files b); do bare "$_file" || return 0; done
      return 1
      ;;
  esac
}
# The files of that type that the manifest names: b for a base, i for an increment.
named_files() {
  [ -s "$MANIFEST" ] || return 0
  awk -v path="$DATA_DIR/$APPEND_DIR/" -v type="$1" '$1 == "file" && $6 == type { print path $2 }' "$MANIFEST"
}
is_the_base() {
  for _file in $(named_files i); do [ ! -s "$_file" ] || return 1; done
  for _file in $(named_files b); do
    # shellcheck disable=SC3013 # dash and busybox know it
    [ "$_file" -ef "$DUMP" ] || cmp -s "$_file" "$DUMP" || return 1
    return 0
  done
  return 1
}
copied_and_not_rewritten() {
  [ -e "$DATA_DIR/$APPEND_DIR/temp-$APPEND_FILE.incr" ] || return 1
  # shellcheck disable=SC3013
  for _file in $(named_files b) $(named_files i); do [ "$DUMP" -nt "$_file" ] || return 1; done
}
# A dump says itself when it was made (its field ctime), and its inode when it was put here, also where it was
# copied with its times.
put_here() {
  _started=$(stat -c %Z "$CONFIG") || return 1
  [ "$(stat -c %Z "$DUMP")" -gt "$_started" ] || return 1
  _made=$(made_at "$DUMP")
  [ -n "$_made" ] && [ "$((_made + CLOCK_SECONDS))" -lt "$_started" ]
}
made_at() { # dump; prints seconds since 1970, or nothing
  od -An -v -tu1 -N 512 "$1" | awk '
    { for (i = 1; i <= NF; i++) byte[++count] = $i }
    END {
      for (i = 1; i + 10 <= count; i++) {
        name = byte[i] " " byte[i + 1] " " byte[i + 2] " " byte[i + 3] " " byte[i + 4] " " byte[i + 5]
        # "ctime", and a number of 32 bits, as it is until 2038.
        if (name != "5 99 116 105 109 101" || byte[i + 6] != 194) continue
        print byte[i + 7] + 256 * (byte[i + 8] + 256 * (byte[i + 9] + 256 * byte[i + 10]))
        exit
      }
    }'
}

# A dump, or an append-only file, under a name that this configuration does not read: an empty start would
# leave it lying there.
no_stranger() {
  for _file in "$DATA_DIR"/*.rdb "$DATA_DIR"/*.aof "$DATA_DIR"/*/*.manifest; do
    case $_file in */temp-* | *.new | "$DUMP" | "$MANIFEST") continue ;; esac
    [ -s "$_file" ] || continue
    trouble "$_file lies on the volume, this configuration does not read it and would start empty beside it" \
      "give it the name that is read ($DUMP for a dump), or move it out of $DATA_DIR"
    return 1
  done
}

# A server without network loads a copy and ends: with dumping it saves what it has loaded before. It is a
# replica of nobody, so that it deletes nothing that has expired. Prints "keys <number>" when it has loaded,
# number - where no dump told, "bad <its last words>", or "unknown" where anything else ended it.
try() { # append|dump directory name-of-dump [save]
  _heard=$(rehearse_load "$@")
  case $_heard in
    bad*)
      # Is it the files, or the volume, or the configuration? The same server without files tells.
      _nowhere="$DATA_DIR/nowhere"
      if mkdir -p "$_nowhere" 2>/dev/null; then
        case $(rehearse_load "$1" "$_nowhere" none.rdb) in keys*) ;; *) _heard=unknown ;; esac
        rm -rf "$_nowhere"
      else
        _heard=unknown
      fi
      ;;
  esac
  printf '%s\n' "$_heard"
}
rehearse_load() { # append|dump directory name-of-dump [save]
  {
    configuration "$CONFIG_DIR/redis.conf"
    # A socket by a short name: the whole of a path may have 107 characters.
    printf '\ndir %s\ndbfilename %s\nport 0\ntls-port 0\nunixsocket try.sock\nunixsocketperm 700\n' "$2" "$3"
    printf 'save ""\nauto-aof-rewrite-percentage 0\nreplicaof 127.0.0.1 1\nshutdown-timeout 0\n'
    printf 'loglevel notice\nlogfile ""\nshutdown-on-sigterm %s force\n' "${4:-nosave}"
    if [ "$1" = append ]; then echo 'appendonly yes'; else echo 'appendonly no'; fi
  } | {
    _run=$SERVER
    ! command -v docker-entrypoint.sh >/dev/null || _run="docker-entrypoint.sh $SERVER"
    # shellcheck disable=SC2086,SC2016 # one program or two
    sh -c 'echo "pid $$"; exec "$@"' sh $_run - 2>&1
    echo "exit $?"
  } | {
    _pid='' _keys=- _loaded=no _last='' _code='' _crashed=no
    while IFS= read -r _line; do
      case $_line in
        'pid '*) [ -n "$_pid" ] || { _pid=${_line#pid }; continue; } ;;
        'exit '*) _code=${_line#exit } ;;
        *'keys loaded: '*) _keys=${_line#*keys loaded: }; _keys=${_keys%%[!0-9]*} ;;
        *'eady to accept connections'*) _loaded=yes; kill "$_pid" ;;
        *'BUG REPORT START'*) _crashed=yes ;;
        *' # '*) [ "$_crashed" = yes ] || _last=${_line#* \# } ;;
      esac
    done
    rm -f "$2/try.sock"
    if [ "$_loaded-$_code" = yes-0 ]; then
      echo "keys $_keys"
    else
      # A damaged file may crash it (SIGABRT, SIGSEGV), too; who is killed or ended has not judged the files.
      case $_code in 1 | 134 | 139) echo "bad $_last" ;; *) echo unknown ;; esac
    fi
  }
}

loads() { # append|dump
  log 'the last start did not finish loading: a server without network tries whether the files can be loaded'
  touch "$WORKING" 2>/dev/null
  _tried=$(try "$1" "$DATA_DIR" "$DUMP_FILE")
  case $_tried in
    bad*) cannot_be_loaded "$1" "${_tried#bad }"; return 1 ;;
  esac
}
cannot_be_loaded() { # append|dump what the server said
  if [ "$1" = dump ]; then
    trouble "$DUMP_FILE cannot be loaded: $2" "bring back a good $DUMP, or move it away to start without it"
  else
    trouble "$APPEND_DIR cannot be loaded: $2" \
      "copy $DATA_DIR/$APPEND_DIR, then cut off what follows the damage (${SERVER%-server}-check-aof --fix \
$MANIFEST), or move it away to start without it"
  fi
}

# The dump is a base of an append-only file as it is. It stays where it is, too.
dump_to_append() {
  whole_dump || return 1
  _new="$DATA_DIR/$APPEND_DIR.new" _base="$APPEND_FILE.1.base.rdb"
  # Where there is no room for a name and a line, what was set aside for a start is taken.
  { based_on_dump || { rm -f "$DATA_DIR/reserve"; based_on_dump; }; } 2>/dev/null || { no_room; return; }
  if replaced "$DATA_DIR/$APPEND_DIR" && replaced "$DATA_DIR/$APPEND_FILE" &&
    mv "$_new" "$DATA_DIR/$APPEND_DIR"; then
    _counts=append
    log "$DUMP_FILE is the base of the append-only file now: this configuration loads no dump"
    return 0
  fi
  no_room
}
based_on_dump() {
  rm -rf "$_new"
  mkdir "$_new" &&
    { ln "$DUMP" "$_new/$_base" || cp "$DUMP" "$_new/$_base"; } &&
    echo "file $_base seq 1 type b" >"$_new/$APPEND_FILE.manifest" &&
    flushed "$_new/$_base" "$_new/$APPEND_FILE.manifest"
}
# A dump that is still being copied here would be taken for all there is.
whole_dump() {
  case $(head -c 6 "$DUMP" | tr -d '\0')-$(tail -c 9 "$DUMP" | od -An -tx1 -N 1 | tr -d ' ') in
    REDIS*-ff | VALKEY-ff) return 0 ;;
  esac
  cannot_be_loaded dump 'it is no dump, or has no end: is it still being copied?'
  return 1
}
append_to_dump() {
  log "this configuration loads no append-only file: a server without network turns it into $DUMP_FILE"
  touch "$WORKING" 2>/dev/null
  rm -f "$DUMP.new"
  _tried=$(try append "$DATA_DIR" "$DUMP_FILE.new" save)
  case $_tried in
    bad*) cannot_be_loaded append "${_tried#bad }"; return 1 ;;
    unknown)
      trouble "the server that turns the append-only file into $DUMP_FILE was ended" \
        "see whether the container's memory and the volume suffice: the next start tries again"
      return 1
      ;;
  esac
  # A server that cannot save ends all the same, and leaves no file.
  if [ -s "$DUMP.new" ] && flushed "$DUMP.new" && touch "$CONVERTED" && replaced "$DUMP" &&
    mv "$DUMP.new" "$DUMP" && replaced "$DATA_DIR/$APPEND_DIR" && replaced "$DATA_DIR/$APPEND_FILE"; then
    rm -f "$CONVERTED"
    _counts=dump
    return 0
  fi
  no_room
}
flushed() { sync "$@" 2>/dev/null || sync; }
no_room() { # fails, with what could be written taken away
  rm -rf "$DUMP.new" "$DATA_DIR/$APPEND_DIR.new"
  trouble "the volume has no room to write its data in the form that is loaded ($(free_kib) KiB are left)" \
    "make room: $ASIDE holds what earlier starts moved away"
  return 1
}
free_kib() { df -Pk "$DATA_DIR" | awk 'NR == 2 { print $4 }'; }

# What is loaded now holds all of it. One of a kind is kept.
replaced() { # path
  [ -e "$1" ] || return 0
  rm -rf "$ASIDE/replaced/${1##*/}" && mkdir -p "$ASIDE/replaced" && mv "$1" "$ASIDE/replaced/"
}

# A majority of Sentinels names another master that runs: all that lies here is moved where nobody loads it,
# and that master's copy comes instead. A move needs no room, the copy does.
make_way() {
  [ "$VOLUME" = unusable ] || return 0
  # What cannot be read is not known to be of no use.
  [ "$CLOSED" = no ] && move_aside && return 0
  log "help: $TROUBLE; a person must $REMEDY"
  return 1
}
move_aside() {
  _number=1
  while [ -e "$ASIDE/unusable-$_number" ]; do _number=$((_number + 1)); done
  if [ "$_number" -gt "$ASIDE_COPIES" ]; then
    REMEDY="look why it happens again, and remove what is not needed of $ASIDE/unusable-*"
    return 1
  fi
  set --
  # The dump first: a start that is interrupted here must not find it alone, and take an old one for the data.
  for _file in "$DUMP" "$DATA_DIR/$APPEND_DIR" "$DATA_DIR/$APPEND_FILE"; do
    [ ! -e "$_file" ] || set -- "$@" "$_file"
  done
  [ "$#" -gt 0 ] || return 0
  _size=$(du -sck "$@" | awk 'END { print $1 }')
  if [ "$(free_kib)" -lt "$_size" ]; then
    REMEDY="make room for the copy that the master sends ($_size KiB, $(free_kib) KiB are left), or move \
what cannot be loaded off the volume: $*"
    return 1
  fi
  mkdir -p "$ASIDE/unusable-$_number" || return 1
  for _file in "$@"; do mv "$_file" "$ASIDE/unusable-$_number/" || return 1; done
  log "moved to $ASIDE/unusable-$_number: $TROUBLE"
}
