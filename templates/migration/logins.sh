# logins.sh of a deployment with migration.from: what a replica of the old master logs in with is theirs, not ours.

# shellcheck source=/dev/null
. "$CONFIG_DIR/logins-members.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/migration.sh"

passwords() { # redis
  if follows_outside; then outside_lines; else line_with_password masterauth "$REPLICATION_USER"; fi
}
