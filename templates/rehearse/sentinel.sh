#!/bin/sh
# sentinel.sh: a Sentinel under the name that another engine gives it.
exec @PROGRAM@ "$@" --sentinel
