#!/bin/sh
# usage: exports.sh NODE HEADER    Prints a version script for the linker: what HEADER, a single public header, declares is exported under the
# version NODE, and nothing else.
set -eu
awk -v node="$1" '
	/^[ \t]*#/ { while (/\\$/ && (getline) > 0) ; next } # with the lines that go on
	{ text = text $0 "\n" }
	END {
		while ((at = index(text, "/*")) > 0) {
			end = index(substr(text, at + 2), "*/")
			text = substr(text, 1, at - 1) " " substr(text, at + 2 + end + 1)
		}
		# The insides of braces: members of structures, bodies of inline functions.
		n = length(text)
		for (i = 1; i <= n; i++) {
			c = substr(text, i, 1)
			if (c == "{") { if (depth++ == 0) out = out ";" }
			else if (c == "}") depth--
			else if (depth == 0) out = out c
		}
		n = split(out, part, ";")
		for (i = 1; i <= n; i++) {
			gsub(/[ \t\n]+/, " ", part[i])
			if (part[i] ~ /^ ?(typedef|static) /) continue
			if (part[i] ~ /^ ?extern / && match(part[i], /evx_[a-z0-9_]+ ?(\[|$|,|=)/)) {
				# Data: each name before a bracket or comma.
				rest = part[i]
				while (match(rest, /evx_[a-z0-9_]+ ?\[/)) { add(substr(rest, RSTART, RLENGTH)); rest = substr(rest, RSTART + RLENGTH) }
				continue
			}
			if (match(part[i], /evx_[a-z0-9_]+ ?\(/)) add(substr(part[i], RSTART, RLENGTH))
		}
		printf "%s {\nglobal:\n", node
		for (i = 1; i <= names; i++) printf "\t%s;\n", name[i]
		print "local:\n\t*;\n};"
	}
	function add(s) {
		sub(/ ?[[(]$/, "", s)
		if (!(s in seen)) { seen[s] = 1; name[++names] = s }
	}' "$2"
