#!/bin/bash
# libos.sh: the functions of processes and users that scripts for Bitnami's images call.
# shellcheck disable=SC1091,SC2317,SC2329
. /opt/bitnami/scripts/liblog.sh
. /opt/bitnami/scripts/libvalidations.sh
am_i_root() { [ "$(id -u)" = 0 ]; }
get_machine_ip() { hostname -i | cut -d ' ' -f 1; }
retry_while() { # command [tries [seconds between them]]
  local -i tries=${2:-12} pause=${3:-5} number
  for ((number = 1; number <= tries; number++)); do
    # The command is a text with arguments.
    # shellcheck disable=SC2086
    if $1; then return 0; fi
    sleep "$pause"
  done
  return 1
}
ensure_dir_exists() { mkdir -p "${1:?a folder is needed}"; }
