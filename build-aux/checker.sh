#!/bin/sh
# usage: checker.sh script|source
# Joins the modules of checker/ into the one script that a report page holds, in the order of what they need. `source` prints it as C, with the
# hash that the page's Content-Security-Policy names (Content Security Policy Level 3, section 2.3.1): SHA-256 in base64.
set -eu
cd "$(dirname "$0")/../checker"

script()
{
	printf '\n"use strict";\n(() => {\n'
	for module in bytes json_line seal_code signature archive event rules chain check page; do
		sed '/^import /d; s/^export //' "$module.js"
	done
	printf 'begin();\n})();\n'
}
# A group of six hexadecimal digits is four characters; 32 bytes leave four digits and one =.
base64_of_hex()
{
	awk 'BEGIN { letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }
	{
		hex = $1 "00"
		for (i = 1; i < length(hex); i += 6) {
			n = 0
			for (k = 0; k < 6; k++) n = n * 16 + index("0123456789abcdef", substr(hex, i + k, 1)) - 1
			out = out substr(letters, int(n / 262144) + 1, 1) substr(letters, int(n / 4096) % 64 + 1, 1) substr(letters, int(n / 64) % 64 + 1, 1) substr(letters, n % 64 + 1, 1)
		}
		print substr(out, 1, 43) "="
	}'
}

case $1 in
script) script ;;
source)
	echo '#include "page_checker.h"'
	echo "const char page_checker_hash[] = \"$(script | sha256sum | base64_of_hex)\";"
	echo 'const char page_checker_script[] ='
	# ?? would begin a trigraph of C.
	script | sed 's/\\/\\\\/g; s/"/\\"/g; s/??/?\\?/g; s/.*/"&\\n"/'
	echo ';'
	;;
esac
