#!/bin/sh
# upload.sh: a dump and its manifest from SCRATCH to the store; then what is beyond the retention goes.
#
# The order is what makes it safe. The dump gets a name that no other has, and is read back; the manifest, without
# which it is no backup, is written last; and only then is anything removed.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/store.sh"

DAY_SECONDS=86400

fail() { log "no backup: $*"; exit 1; }

# The folder to be uploaded: rclone refuses to change a file that exists only where it copies folders.
prepare() {
  id=$(field_of id <"$SCRATCH/manifest.json")
  sum=$(field_of sha256 <"$SCRATCH/manifest.json")
  size=$(field_of size <"$SCRATCH/manifest.json")
  case $id:$sum:$size in :* | *::* | *:) fail "the manifest in $SCRATCH is not whole" ;; esac
}
copy_file() { # file
  rclone copy --immutable --no-traverse "$SCRATCH/$1" "$(at "$id")"
}

upload() {
  files=$(list_files) || fail 'the store does not answer, or refuses: see the lines above'
  if printf '%s\n' "$files" | ids_in | grep -qx "$id"; then fail "$id is in the store already"; fi
  copy_file dump.rdb || fail "the dump could not be stored"
  files=$(list_files) || fail 'the store does not list what was stored'
  stored=$(printf '%s\n' "$files" | sed -n "s|^\([0-9]*\) $id/dump\.rdb\$|\1|p")
  [ "$stored" = "$size" ] || fail "the store has ${stored:-0} bytes of a dump of $size"
  [ "$(sum_of "$id")" = "$sum" ] || fail "the store returns another dump than was stored: the sum is not $sum"
  copy_file manifest.json || fail "the manifest could not be stored"
  rclone cat "$(at "$id/manifest.json")" | cmp -s - "$SCRATCH/manifest.json" ||
    fail "the store returns another manifest than was stored"
  log "backup $id: stored, $size bytes, read back"
}

# Whether a backup is what its manifest says, and has data: an emptied deployment must not push the last data out.
is_good() { # id
  [ "$1" != "$id" ] || { [ "$(field_of keys <"$SCRATCH/manifest.json")" -gt 0 ]; return; }
  _manifest=$(rclone cat "$(at "$1/manifest.json")") || return 1
  [ "$(printf '%s\n' "$_manifest" | field_of keys)" -gt 0 ] 2>/dev/null || return 1
  _sum=$(printf '%s\n' "$_manifest" | field_of sha256)
  [ -n "$_sum" ] && [ "$(sum_of "$1")" = "$_sum" ]
}

stamp() { date -u -d "@$1" +%Y%m%dT%H%M%SZ; } # seconds since 1970
# Ids beyond the retention, the newest first: the ones after KEEP_COUNT, and the ones older than KEEP_AGE_SECONDS. Ids
# begin with their time, so they are compared as text.
beyond() { # seconds since 1970
  _oldest=''
  [ "$KEEP_AGE_SECONDS" = 0 ] || _oldest=$(stamp $(($1 - KEEP_AGE_SECONDS)))
  awk -v count="$KEEP_COUNT" -v oldest="$_oldest" '(count > 0 && NR > count) || (oldest != "" && $0 "" < oldest "")'
}

# One backup goes only while KEEP_LEAST good ones stay that are newer: they are read back now. The manifest goes first,
# so that what is listed can always be restored. Never `purge`: it removes the versions of a bucket as well.
remove() { # id
  rclone deletefile "$(at "$1/manifest.json")" && rclone deletefile "$(at "$1/dump.rdb")" || return 1
  log "backup $1: removed, it is beyond the retention"
  remove_folder "$1"
}
# Object stores have no folders, and say nothing.
remove_folder() { rclone rmdir "$(at "$1")" || log "folder $1: stays, other files are in it"; } # id
prune() {
  files=$(list_files) || return 1
  _now=$(date +%s)
  _newest=$(printf '%s\n' "$files" | backups_in | sed -n 1p)
  if [ "$_newest" != "$id" ]; then
    log "nothing is removed: $_newest is newer than this backup, so a clock was wrong"
    return 0
  fi
  _old=$(printf '%s\n' "$files" | backups_in | beyond "$_now")
  [ -n "$_old" ] || return 0
  _good=0
  for _each in $(printf '%s\n' "$files" | backups_in); do
    if [ "$_good" -ge "$KEEP_LEAST" ]; then
      case " $(printf '%s' "$_old" | tr '\n' ' ') " in *" $_each "*) remove "$_each" || return 1 ;; esac
    elif is_good "$_each"; then
      _good=$((_good + 1))
    else
      log "backup $_each: empty or damaged, so an older one stays for it"
    fi
  done
}

# Folders without a manifest: of uploads and removals that did not end. After a day no job works on them.
sweep() {
  _before=$(stamp $(($(date +%s) - DAY_SECONDS)))
  _whole=" $(printf '%s\n' "$files" | backups_in | tr '\n' ' ') "
  _folders=$(rclone lsf --dirs-only "$REMOTE") || return 1
  for _each in $(printf '%s\n' "$_folders" | sed -n "s|^\($ID\)/\$|\1|p"); do
    case $_whole in *" $_each "*) continue ;; esac
    [ "$(printf '%s\n%s\n' "$_each" "$_before" | sort | sed -n 1p)" = "$_each" ] || continue
    rclone delete --include /dump.rdb "$(at "$_each")" || return 1
    log "folder $_each: removed, it is no whole backup"
    remove_folder "$_each"
  done
}

open_store || fail "the password of the encryption cannot be used: is the key password in the Secret?"
prepare
upload
# The backup is there: a fault from here on is no reason to make another one.
if ! prune || ! sweep; then
  log 'the retention could not be applied: the next backup tries again'
fi
