#!/bin/sh
# exporter-password.sh ADDRESS: init container: hands the exporter its password in a file, in the form that
# its --redis.password-file wants.
#
# Versions look the address up with the user in it, or without. The exporter runs as another user, and in the
# pod's group.
set -u
CONFIG_DIR=${0%/*}
# shellcheck source=/dev/null
. "$CONFIG_DIR/lib.sh"
# shellcheck source=/dev/null
. "$CONFIG_DIR/logins.sh"
umask 027

fault=$(fault_of "$AUTH_DIR/$EXPORTER_USER")
[ -z "$fault" ] || { log "Secret $SECRET_NAME: the password under the key $EXPORTER_USER $fault"; exit 1; }
entry() { # address
  printf '"%s": "' "$1" && tr -d '\r\n' <"$AUTH_DIR/$EXPORTER_USER" && printf '"'
}
with_user="${1%%://*}://$EXPORTER_USER@${1#*://}"
{ printf '{' && entry "$1" && printf ', ' && entry "$with_user" && printf '}\n'; } \
  >"$LOGIN_DIR/passwords.json"
