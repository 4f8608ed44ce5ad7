#!/bin/sh
# A program that speaks git-annex's external special remote protocol, for tests: keys are files of the directory STORE of its settings.
# MODE of its settings: plain; vague: never says whether something is there; deaf: answers nothing to a transfer; liar: says that it stored
# and did not; talker: asks and tells all that the protocol knows; lost: ends in the middle of a transfer, once.
ask() {
	printf '%s\n' "$1"
	read -r verb value
	[ "$verb" = "${2:-VALUE}" ] || { echo "ERROR expected ${2:-VALUE}"; exit 1; }
}
echo VERSION 1
while read -r verb one two three; do
	case $verb in
	INITREMOTE)
		ask 'GETCONFIG store' && store=$value
		ask 'GETCONFIG mode' && mode=$value
		if [ "$mode" = talker ]; then
			ask GETUUID && ask GETGITDIR && [ -d "$value" ] || exit 1
			ask 'GETCREDS x' CREDS && ask GETWANTED && ask 'GETSTATE key'
			ask 'DIRHASH key' && ask 'DIRHASH-LOWER key'
			[ "$value" = 3c6/e0b/ ] || { echo "INITREMOTE-FAILURE $value"; continue; }
			printf 'SETCONFIG a b\nSETSTATE key x\nDEBUG hello\nINFO hello\n'
		fi
		if [ -d "$store" ]; then echo INITREMOTE-SUCCESS; else echo "INITREMOTE-FAILURE no $store"; fi
		;;
	PREPARE) echo PREPARE-SUCCESS ;;
	CHECKPRESENT)
		if [ "$mode" = vague ]; then echo "CHECKPRESENT-UNKNOWN $one who knows"
		elif [ -f "$store/$one" ]; then echo "CHECKPRESENT-SUCCESS $one"
		else echo "CHECKPRESENT-FAILURE $one"; fi
		;;
	TRANSFER)
		[ "$mode" != deaf ] || { sleep 5; continue; }
		if [ "$mode" = lost ] && [ ! -e "$store/lost" ]; then : >"$store/lost"; exit 0; fi
		case $one in
		STORE) [ "$mode" = liar ] || cp "$three" "$store/.part.$$" && mv "$store/.part.$$" "$store/$two" 2>/dev/null || [ "$mode" = liar ] ;;
		RETRIEVE) echo 'PROGRESS 1'; cp "$store/$two" "$three" 2>/dev/null ;;
		esac && echo "TRANSFER-SUCCESS $one $two" || echo "TRANSFER-FAILURE $one $two it went wrong"
		;;
	REMOVE) rm -f "$store/$one" && echo "REMOVE-SUCCESS $one" ;;
	*) echo UNSUPPORTED-REQUEST ;;
	esac
done
