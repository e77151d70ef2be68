# restore-volume.sh: whether a backup is to be placed on this volume, and which one. Nothing is changed here.
#
# Sourced by the other scripts of a restore after lib.sh, store.sh and
# restore-settings.sh. A backup is placed
#   - as new: on the volume of ordinal 0, if nothing lies on it; or
#   - in place: where a person put the file restore-from on it, with the id of a backup in it; on every other
#     ordinal such a file only moves the data aside.
# A volume that holds anything else is left as it is, whatever restore.from says.
#
# What a restore writes, in this order, so that one that is killed goes on where it was:
#   restoring/asked         in place: the file restore-from, moved; from here on it is carried through
#   restoring/before        in place: what lay here, moved entry by entry
#   restoring/dump.rdb      the copy, until it is whole
#   restoring/restored      the marker, written when the copy is whole
#   dump.rdb                the copy, renamed: only now is there anything that a server would load
#   aside/before-restore-N  in place: restoring/before
#   restored                the marker, renamed last

WORK="$DATA_DIR/restoring"
# What a person creates to restore in place (kubectl exec ... 'echo ID >/data/restore-from'); used up by it.
ASKED="$DATA_DIR/restore-from"

# Everything on the volume but what its file system made and what belongs to a restore.
others() {
  for _entry in "$DATA_DIR"/* "$DATA_DIR"/.[!.]* "$DATA_DIR"/..?*; do
    [ -e "$_entry" ] || [ -L "$_entry" ] || continue
    case ${_entry##*/} in lost+found | restoring | restore-from) continue ;; esac
    printf '%s\n' "${_entry##*/}"
  done
}

# Prints what is to be done: nothing, finish (the dump is in place, and the rest is not), new, or person.
task() {
  if [ -e "$WORK/restored" ] && [ ! -e "$WORK/dump.rdb" ] && [ -e "$DATA_DIR/$DUMP_FILE" ]; then
    echo finish
  elif [ -e "$ASKED" ] || [ -e "$WORK/asked" ]; then
    echo person
  elif [ "$ORDINAL" = 0 ] && [ -z "$(others)" ]; then
    echo new
  else
    echo nothing
  fi
}

# The backup that is asked for: newest, an id, or a moment that segments lead to. Fails where a person wrote something
# else.
requested() { # task
  _id=$RESTORE_ID
  [ "$1" != person ] || _id=$(cat "$ASKED" 2>/dev/null || cat "$WORK/asked")
  [ "$_id" = newest ] || is_id "$_id" || is_moment "$_id" || return 1
  printf '%s\n' "$_id"
}
is_id() {
  case $1 in *[!0-9a-fTZ-]*) return 1 ;; esac
  case $1 in ????????T??????Z-????????) ;; *) return 1 ;; esac
}
# 2026-11-30T12:00:00Z
is_moment() {
  case $1 in *[!0-9TZ:-]*) return 1 ;; esac
  case $1 in ????-??-??T??:??:??Z) date -u -d "$(moment_words "$1")" +%s >/dev/null 2>&1 ;; *) return 1 ;; esac
}
moment_words() { printf '%s\n' "$1" | sed 's/T/ /; s/Z$//'; } # moment

field() { field_of "$1" <"$SCRATCH/manifest.json"; } # name

# What went wrong, and what a person does; once for as long as it is the same.
refuse() { # fact remedy
  [ "$1" = "${refused:-}" ] || log "help: $1; a person must $2. Nothing was changed, and this start waits"
  refused=$1
  return 1
}
