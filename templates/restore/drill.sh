#!/bin/sh
# restore-drill.sh: loads the newest backup, which restore-fetch.sh has compared with its manifest, into a server of its
# own without network, and counts what is in it. Exit code 1 where a restore would not bring it back.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/store.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-settings.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/redis-volume.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/restore-volume.sh"
# Nothing of the deployment's configuration: neither its certificates nor its accounts are here.
configuration() { :; }

id=$(field id) keys=$(field keys)
began=$(seconds)
loaded=$(rehearse_load dump "$SCRATCH" dump.rdb)
took=$(($(seconds) - began))
if [ "$loaded" != "keys $keys" ]; then
  log "help: backup $id cannot be restored: a server says \"$loaded\", and the manifest has $keys keys; a person must" \
    'make a new backup, and find out whether older ones are whole (docs/restore.md)'
  exit 1
fi
log "backup $id restores: $keys keys in $took s, made $(field time)"
