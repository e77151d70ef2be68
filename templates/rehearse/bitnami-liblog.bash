#!/bin/bash
# liblog.sh: the functions for messages that scripts for Bitnami's images call. All write to standard error.
# shellcheck disable=SC2317,SC2329 # for the scripts that source this
stderr_print() { if [ "${BITNAMI_QUIET:-false}" = false ]; then printf '%b\n' "$*" >&2; fi; }
log() { stderr_print "$(date '+%T.%2N') $*"; }
info() { log "INFO  ==> $*"; }
warn() { log "WARN  ==> $*"; }
error() { log "ERROR ==> $*"; }
debug() {
  case ${BITNAMI_DEBUG:-false} in
    1 | [Yy][Ee][Ss] | [Tt][Rr][Uu][Ee]) log "DEBUG ==> $*" ;;
  esac
}
