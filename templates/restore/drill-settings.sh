# Settings of a restore drill: the scripts of a restore, with the scratch folder in place of a volume.
# shellcheck disable=SC2034 # for the scripts that source this
RESTORE_ID=newest SCRATCH=/scratch DATA_DIR=/scratch
# shellcheck disable=SC2034
APPEND_ONLY=no APPEND_DIR=appendonlydir APPEND_FILE=appendonly.aof DUMP_FILE=dump.rdb
