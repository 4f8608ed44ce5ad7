#!/bin/sh
# usage: nightly-check.sh VAULT [NAME]    Checks a vault, and says something only when something is wrong, as cron wants it.
# An exhibit that was found good within the last week is skipped, so each is read once a week. Data that exhibits share needs the key
# of a member: NAME, with the passphrase in the file that EVX_PASSPHRASE_FILE names.
set -u
vault=${1:?usage: nightly-check.sh VAULT [NAME]}
evx=${EVX:-evx}
log=$(mktemp) || exit 3
trap 'rm -f "$log"' EXIT

"$evx" check --vault "$vault" --since 7d ${2:+--as "$2"} ${EVX_PASSPHRASE_FILE:+--passphrase-file "$EVX_PASSPHRASE_FILE"} >"$log" 2>&1
code=$?
case $code in
0) exit 0 ;;
1) echo "BAD: the vault $vault has changed or damaged data." ;;
5) echo "The vault $vault is unchanged, but has open questions." ;;
*) echo "The vault $vault could not be checked (exit code $code)." ;;
esac
cat "$log"
exit "$code"
