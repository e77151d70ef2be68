#!/bin/bash
# libfile.sh: the changes of files that scripts for Bitnami's images call.
# shellcheck disable=SC2317,SC2329
replace_in_file() { # file pattern text [extended: true]
  local text
  local -a options=()
  if [ "${4:-true}" = true ]; then options=(-E); fi
  text=$(sed "${options[@]}" $'s\001'"$2"$'\001'"$3"$'\001g' "$1") || return 1
  # Not moved into its place: the file may be a mount of its own.
  printf '%s\n' "$text" >"$1"
}
remove_in_file() { # file pattern [extended: true]
  local text
  local -a options=()
  if [ "${3:-true}" = true ]; then options=(-E); fi
  text=$(sed "${options[@]}" "/${2//\//\\/}/d" "$1") || return 1
  printf '%s\n' "$text" >"$1"
}
