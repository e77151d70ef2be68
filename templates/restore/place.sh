#!/bin/sh
# restore-place.sh: puts the fetched backup on the volume as its dump, whole or not at all. Init container of the
# Redis pods, in the server's image. Where the configuration has an append-only file, the start makes the dump its
# base, as of every dump that is the only copy (redis-volume.sh).
#
# What it refuses it refuses before anything is changed, and waits: a pod must not start empty beside a backup.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-volume.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/store.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-settings.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-volume.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/segments-list.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-moment.sh"
trap 'exit 143' TERM
RETRY_SECONDS=10
FETCHED="$SCRATCH/dump.rdb"

place() {
  case $(task)-$ORDINAL in
    nothing-*) ;;
    finish-*) finish ;;
    person-0) acceptable && move_away && copy_here && finish ;;
    person-*) move_away && finish ;;
    new-*) acceptable && copy_here && finish ;;
  esac || return
  rmdir "$WORK" 2>/dev/null
  return 0
}

# Whether this server can serve it.
acceptable() {
  if [ ! -e "$SCRATCH/complete" ]; then
    refuse 'no backup was fetched' 'delete this pod'
    return
  fi
  _wish=$(cat "$SCRATCH/complete")
  ! is_moment "$_wish" || wind_back "$_wish" || return
  id=$(field id) used=$(field usedMemory)
  # The check of Valkey 9 reads a dump of Redis 8 to its end, and the server refuses it.
  case " $REFUSED_VERSIONS " in *" $(field rdbVersion) "*) other_version; return ;; esac
  _checked=$("${SERVER%-server}-check-rdb" "$FETCHED" 2>&1) || { not_readable; return; }
  [ "$(($(free_kib) * 1024))" -gt "$(stat -c %s "$FETCHED")" ] || { no_space; return; }
  if [ "$MAX_MEMORY" = 0 ] || [ "${used:-0}" -le "$MAX_MEMORY" ]; then return 0; fi
  if [ "$EVICTS" = yes ]; then
    log "backup $id needs $used bytes and maxmemory is $MAX_MEMORY: keys will be evicted"
  else
    refuse "backup $id needs $used bytes, and maxmemory is $MAX_MEMORY: every write would be refused" \
      'set redis.maxmemory and the memory limit higher, apply, and delete this pod'
  fi
}
other_version() {
  refuse "backup $id of $(field engine) $(field version) has RDB version $(field rdbVersion), which $SERVER of \
this image cannot read" "use one of $(readers)"
}
not_readable() {
  case $_checked in
    # Dumps of Valkey 9 begin with another word than all others. That these bytes were backed up, the sum has shown.
    *'RDB format version'* | *'Wrong signature'*) other_version ;;
    *)
      refuse "backup $id of $(field engine) $(field version) is damaged: \
$(printf '%s\n' "$_checked" | grep -v '^$' | tail -n 1)" \
        'choose another backup (redismanifests backup list), apply, and delete this pod' ;;
  esac
}

readers() { sed -n 's/^"readableBy": *\[\(.*\)\].*/\1/p' "$SCRATCH/manifest.json" | tr -d '"'; }

# In place: nothing is deleted. What lies here is moved within the volume, so no space is needed for it.
move_away() {
  mkdir -p "$WORK/before" || { no_space; return; }
  [ ! -e "$ASKED" ] || mv "$ASKED" "$WORK/asked"
  others | while IFS= read -r _entry; do
    [ "$_entry" = aside ] || mv "$DATA_DIR/$_entry" "$WORK/before/" || exit 1
  done || refuse "$DATA_DIR cannot be moved" 'find out why the volume is read-only, or whose its files are'
}

copy_here() {
  # The marker first: without a dump it would look as if the dump had been renamed.
  rm -f "$WORK/restored"
  { mkdir -p "$WORK" && cp "$FETCHED" "$WORK/dump.rdb" && flushed "$WORK/dump.rdb"; } || { no_space; return; }
  _sum=$(sha256sum "$WORK/dump.rdb")
  if [ "${_sum%% *}" != "$(field sha256)" ]; then
    refuse "the copy of backup $id on the volume is not what was fetched" 'replace the volume or the node: one of them errs'
    return
  fi
  { put "$WORK/restored" marker && flushed "$WORK/restored"; } || { no_space; return; }
  mv "$WORK/dump.rdb" "$DATA_DIR/$DUMP_FILE"
  flushed
  log "placed backup $id of $(field namespace)/$(field name)," \
    "made $(field time): $(field keys) keys"
}
marker() { grep -E '^"(id|namespace|name|time|keys|sha256)":' "$SCRATCH/manifest.json"; }
no_space() {
  rm -f "$WORK/restored" "$WORK/dump.rdb"
  refuse "the volume has no space for backup ${id:-} ($(field size) bytes, $(free_kib) KiB are left)" \
    'use a larger claim (redis.storage.size), or, in place, make space'
}

finish() {
  if [ -d "$WORK/before" ]; then
    # Where all of it has been moved on, it is empty.
    rmdir "$WORK/before" 2>/dev/null || { mkdir -p "$ASIDE" && mv "$WORK/before" "$(free_name)"; } || return
  fi
  rm -f "$WORK/asked"
  [ ! -e "$WORK/restored" ] || mv "$WORK/restored" "$DATA_DIR/restored"
}
free_name() {
  _number=1
  while [ -e "$ASIDE/before-restore-$_number" ]; do _number=$((_number + 1)); done
  printf '%s\n' "$ASIDE/before-restore-$_number"
}

place_in "$REDIS_PODS" || exit 1
until place; do sleep "$RETRY_SECONDS"; done
