# store.sh: what a script may do with the store of backups. Sourced by scripts in the container with rclone, after
# lib.sh. REMOTE and all that rclone must know come from the environment.
#
# A backup is a folder named after its id, with dump.rdb and manifest.json. The manifest is written last: a folder
# without it is no backup.

# shellcheck disable=SC2034 # for the scripts that source this
ID='[0-9]\{8\}T[0-9]\{6\}Z-[0-9a-f]\{8\}'

# No file of configuration, nothing written but to the store, and no patience that outlasts the job: the next try
# begins a minute later. Variables of AWS' own tools that some machines set would be read as well.
export RCLONE_CONFIG=/notfound RCLONE_CACHE_DIR=/tmp HOME=/tmp
export RCLONE_CONTIMEOUT=10s RCLONE_TIMEOUT=60s RCLONE_RETRIES=3 RCLONE_LOW_LEVEL_RETRIES=3 RCLONE_RETRIES_SLEEP=2s
export RCLONE_USE_JSON_LOG=false RCLONE_LOG_LEVEL=ERROR RCLONE_STATS=0
unset AWS_CA_BUNDLE

# rclone wants the password of the encryption in a form of its own. It comes in and goes out through a pipe: arguments
# are seen by every process of the node. A trace (set -x), which goes where the errors go, shows neither form: rclone
# turns its own back into the password.
open_store() {
  case $REMOTE in
    CRYPT:*)
      RCLONE_CONFIG_CRYPT_PASSWORD=$(printf '%s' "${BACKUP_PASSWORD:-}" | rclone obscure -) || return 1
      export RCLONE_CONFIG_CRYPT_PASSWORD
      ;;
  esac
  unset BACKUP_PASSWORD
} 2>/dev/null
at() { case $REMOTE in *:) printf '%s%s\n' "$REMOTE" "$1" ;; *) printf '%s/%s\n' "$REMOTE" "$1" ;; esac; } # path

# Every file of every backup: "<size> <id>/<file>", a line each. A store without any has no such folder, which is no
# fault (3: folder not found); that the store does not answer is one.
list_files() {
  _listed=$(rclone lsf -R --files-only --format sp --separator ' ' "$REMOTE" 2>"${SCRATCH:-/tmp}/listing")
  _code=$?
  if [ "$_code" = 3 ]; then return 0; fi
  [ "$_code" = 0 ] || { cat "${SCRATCH:-/tmp}/listing" >&2; return 1; }
  printf '%s\n' "$_listed" | grep "^[0-9]* $ID/" || :
}
# Ids of backups, the newest first, of what list_files printed.
backups_in() { sed -n "s|^[0-9]* \($ID\)/manifest\.json\$|\1|p" | sort -r; }
list_backups() { _files=$(list_files) && printf '%s\n' "$_files" | backups_in; }
# Ids of everything, the newest first.
ids_in() { sed -n "s|^[0-9]* \($ID\)/.*|\1|p" | sort -ru; }

# A field of a manifest on stdin: a number, or a text without its quotes.
field_of() { sed -n "s/^\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p"; } # name

# The sum of a dump, as the store returns it; that of what came where reading failed.
sum_of() { rclone cat "$(at "$1/dump.rdb")" | sha256sum | cut -c 1-64; } # id
