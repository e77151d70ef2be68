#!/bin/sh
# restore-fetch.sh: gets a backup from the store into the scratch folder, and lets nothing else through than what
# its manifest describes. Init container of the Redis pods, in rclone's image; it only looks at the volume.
#
# With "once" it is the first half of a restore drill: no volume, one try, exit code 1 where it fails. Else it tries
# again until it succeeds: a pod must not start empty beside a backup.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/store.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-settings.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-volume.sh"
# A drill tries backups, and no moments.
for _part in segments-list.sh restore-moment.sh; do
  # shellcheck source=/dev/null
  [ ! -e "$CONFIG_DIR/$_part" ] || . "$CONFIG_DIR/$_part"
done
trap 'exit 143' TERM
RETRY_SECONDS=10

fetch() {
  id=$(requested "$what") ||
    { refuse "$ASKED holds no id of a backup" 'write one into it (redismanifests backup list), or remove it'; return; }
  wish=$id
  [ "$(cat "$SCRATCH/complete" 2>/dev/null)" != "$wish" ] || return 0
  rm -rf "${SCRATCH:?}"/*
  if is_moment "$wish"; then
    fetch_moment "$wish" || return
  else
    if [ "$wish" = newest ]; then
      find_newest || return
      log "the newest backup is $id"
    fi
    copy manifest.json && described && copy dump.rdb && as_described || return
    log "fetched backup $id: $size bytes, sum as in its manifest"
  fi
  # Last: what restore-place.sh goes by.
  echo "$wish" >"$SCRATCH/complete.part" && mv "$SCRATCH/complete.part" "$SCRATCH/complete"
}

find_newest() {
  if ! backups=$(list_backups 2>"$SCRATCH/said"); then
    refuse "the store does not answer: $(reason)" 'look at its address, its Secret and the network policy'
    return
  fi
  id=$(printf '%s\n' "$backups" | sed -n 1p)
  [ -n "$id" ] || refuse "no backup is in $REMOTE" 'compare namespace, name and store of restore.from'
}

copy() { # name
  rclone copyto --ignore-times "$(at "$id/$1")" "$SCRATCH/$1" 2>"$SCRATCH/said" ||
    refuse "$1 of backup $id cannot be read: $(reason)" \
      'compare id, store and encryption (redismanifests backup list), and see whether the node has space'
}
reason() { grep -v '^$' "$SCRATCH/said" | tail -n 1 | sed 's/^[0-9/]* [0-9:]* //' | cut -c 1-300; }

described() {
  _format=$(field format) _id=$(field id) size=$(field size) sum=$(field sha256)
  if [ "$_format" != 1 ]; then
    refuse "the manifest of backup $id has a format that is not known here" 'use the redismanifests that made it'
  elif [ "$_id" != "$id" ]; then
    refuse "the manifest of backup $id is that of $_id" 'choose another backup'
  elif [ -z "$size" ] || [ -z "$sum" ]; then
    refuse "the manifest of backup $id names no size or sum" 'choose another backup'
  fi
}
as_described() {
  _size=$(stat -c %s "$SCRATCH/dump.rdb") _sum=$(sha256sum "$SCRATCH/dump.rdb")
  [ "$_size ${_sum%% *}" = "$size $sum" ] && return 0
  rm -f "$SCRATCH/dump.rdb"
  refuse "dump.rdb of backup $id has $_size bytes and the sum ${_sum%% *}, and not $size and $sum: it is damaged" \
    'choose another backup (redismanifests backup list)'
}

open_store || { log 'help: the password of the encryption cannot be used: is the key password in the Secret?'; exit 1; }
if [ "${1:-}" = once ]; then
  # shellcheck disable=SC2034 # of the scripts above
  what=new
  fetch
  exit
fi
place_in "$REDIS_PODS" || exit 1
needs_one() { case $what-$ORDINAL in new-0 | person-0) ;; *) return 1 ;; esac; }
while what=$(task); needs_one && ! fetch; do sleep "$RETRY_SECONDS"; done
