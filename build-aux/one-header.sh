#!/bin/sh
# usage: one-header.sh DIR HEADER    Prints DIR/HEADER with each `#include "..."` of a file below DIR replaced by that file, once.
set -eu
awk -v dir="$1" -v top="$2" '
	function copy(name,    path, line, part) {
		if (name in seen) return
		seen[name] = 1
		path = dir "/" name
		while ((status = getline line < path) > 0) {
			if (line ~ /^#include "/) { split(line, part, "\""); copy(part[2]) }
			else print line
		}
		if (status < 0) { print "cannot read " path > "/dev/stderr"; exit 1 }
		close(path)
	}
	BEGIN { copy(top) }'
