#!/bin/bash
# libnet.sh: the questions about names and addresses that scripts for Bitnami's images call.
# shellcheck disable=SC1091,SC2317,SC2329
. /opt/bitnami/scripts/libos.sh
dns_lookup() { getent "ahosts${2:-}" "${1:?a name is needed}" | awk 'NR == 1 {print $1}'; }
is_hostname_resolved() { [ -n "$(dns_lookup "$1")" ]; }
wait_for_dns_lookup() { # name [tries [seconds between them]]
  retry_while "is_hostname_resolved $1" "${2:-12}" "${3:-5}" && dns_lookup "$1"
}
