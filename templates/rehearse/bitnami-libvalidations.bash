#!/bin/bash
# libvalidations.sh: the tests of values that scripts for Bitnami's images call.
# shellcheck disable=SC1091,SC2317,SC2329
. /opt/bitnami/scripts/liblog.sh
is_boolean_yes() { case ${1:-} in 1 | [Yy][Ee][Ss] | [Tt][Rr][Uu][Ee]) return 0 ;; *) return 1 ;; esac; }
is_yes_no_value() { case ${1:-} in [Yy][Ee][Ss] | [Nn][Oo]) return 0 ;; *) return 1 ;; esac; }
is_true_false_value() { case ${1:-} in [Tt][Rr][Uu][Ee] | [Ff][Aa][Ll][Ss][Ee]) return 0 ;; *) return 1 ;; esac; }
is_int() { [[ ${1:-} =~ ^-?[0-9]+$ ]]; }
is_positive_int() { is_int "${1:-}" && [ "$1" -ge 0 ]; }
is_empty_value() { [ -z "${1:-}" ]; }
validate_port() { is_int "${1:-}" && [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; }
validate_ipv4() { [[ ${1:-} =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}$ ]]; }
