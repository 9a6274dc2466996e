#!/bin/sh
# Copies everything that is kept, whole, while the bot answers and refreshes go on:
#
#     sh backup.sh /var/lib/rapporteur /backup/2026-11-27
#
# The second folder must not be there yet. Needs Python 3, which has SQLite.
set -eu
umask 077
from=$1 to=$2
mkdir -p "$(dirname "$to")"
mkdir "$to"
to=$(cd "$to" && pwd)
cd "$from"

# A database is never copied as a file: what was written last may still be in the log beside it.
database() {
    python3 - "$1" "$to/$1" <<'PYTHON'
import sqlite3
import sys

sqlite3.connect(sys.argv[1], timeout=30).execute("VACUUM INTO ?", sys.argv[2:])
PYTHON
}

for file in *.sqlite; do
    if [ -e "$file" ]; then database "$file"; fi
done

# First which generation is in use, then that one: it never changes, and is kept while four more are made.
for index in index/* servers/*/index; do
    [ -e "$index/CURRENT" ] || continue
    mkdir -p "$to/$index"
    cp -p "$index/CURRENT" "$to/$index/"
    cp -pR "$index/$(cat "$to/$index/CURRENT")" "$to/$index/"
    for each in models calibration.json; do
        if [ -e "$index/$each" ]; then cp -pR "$index/$each" "$to/$index/"; fi
    done
    if [ -e "$index/log.sqlite" ]; then database "$index/log.sqlite"; fi
done

# Last, so that a document that is gone meanwhile still answers from the index until the next refresh.
for documents in documents servers/*/documents; do
    [ -e "$documents" ] || continue
    mkdir -p "$to/$(dirname "$documents")"
    cp -pR "$documents" "$to/$(dirname "$documents")/"
done
