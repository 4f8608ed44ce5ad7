#!/bin/sh
# Remotes by name: remembered, listed, tested, forgotten; URLs that are none; a memory that is damaged; keys that are told to nobody.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_SHARED_CREDENTIALS_FILE
mkdir usb

code 0 'no home, no remotes' "$EVX" remote list
out_empty 'nothing to list'
gone "$T/officer" 'listing makes no home'
code 0 'add' "$EVX" remote add stick dir:usb
is "$(cat "$T/out")" "stick  dir:$W/usb" 'with its whole path'
code 0 'one on a server' "$EVX" remote add court sftp://police@files.example/in
code 3 'a name that is taken' "$EVX" remote add stick dir:usb
code 0 'list' "$EVX" remote list
is "$(cut -d ' ' -f 1 "$T/out" | tr '\n' ' ')" 'court stick ' 'in order of names'
code 0 'list as JSON' "$EVX" remote list --json
is "$(jq -r .remote "$T/out" | tr '\n' ' ')" 'court stick ' 'names both'
code 0 'show' "$EVX" remote show stick
out_has "^url *dir:$W/usb\$" 'its URL'
out_has '^id *not seen yet$' 'and that it was not used'
code 3 'show one that is not there' "$EVX" remote show other
is "$(stat -c %a "$T/officer/remotes" "$T/officer/remotes/stick" | tr '\n' ' ')" '700 600 ' 'for their owner only'

for url in nowhere ftp://x/ sftp://me:secret@host/ 's3://box?secret_key=x' 's3://b' dir: exec: 'exec:sh?password=x'; do
	code 2 "no URL: $url" "$EVX" remote add x "$url"
done
ok 'a password is in no message' not grep -q secret@ "$T/err"
code 3 'a directory that is not there' "$EVX" remote add x dir:nowhere
code 3 'a program that is not there' "$EVX" remote add x exec:no-such-program
code 2 'a name with a slash' "$EVX" remote add ../x dir:usb
code 2 'a hidden name' "$EVX" remote add .x dir:usb
code 2 'no URL at all' "$EVX" remote add x
code 2 'no command' "$EVX" remote
code 0 'a program by its name' "$EVX" remote add tool 'exec:sh?mode=x'
out_has '^tool  exec:/.*/sh?mode=x$' 'its whole path is remembered'

code 0 'test a directory' "$EVX" remote test stick
out_has '^stick: works$' 'the answer comes first'
out_has '^  yes  *lists$' 'what it can do'
out_has '^  no  *computes SHA-256 of its objects: ' 'and what it cannot'
out_has ' free$' 'how much is free'
is "$(find usb -type f | wc -l)" 0 'nothing is left'
code 0 'as JSON' "$EVX" remote test stick --json
is "$(jq -r '[.writes, .reads, .lists, .removes, .replaces, .locks] | map(tostring) | join(" ")' "$T/out")" 'true true true true false false' 'the same'
code 0 'quietly' "$EVX" remote test stick --quiet
out_empty 'nothing is said'
rm -r usb && code 3 'a stick that is not there' "$EVX" remote test stick
mkdir usb && : >usb/test
code 3 'a stick that cannot be written' "$EVX" remote test stick
out_has '^stick: does not work as a remote$' 'says so'
out_has 'writing: ' 'and why'
rm usb/test
code 3 'a test of what is not there' "$EVX" remote test other

# A store, with its key from the environment and from the usual file.
if command -v python3 >/dev/null; then
	mkdir "$T/s3"
	python3 "$REMOTE/s3_stub.py" "$T/s3" 2>"$T/s3/err" &
	stub=$!
	trap 'kill $stub; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
	wait_for test -s "$T/s3/port"
	code 0 'a store' "$EVX" remote add store "s3://box?endpoint=http://127.0.0.1:$(cat "$T/s3/port")"
	code 3 'without a key' "$EVX" remote test store
	err_has 'AWS_ACCESS_KEY_ID' 'it says where to put one'
	code 0 'with a key in the environment' env AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret "$EVX" remote test store
	out_has '^  yes  *keeps objects until a date$' 'what a store can do'
	mkdir "$T/.aws" && printf '[other]\naws_access_key_id = x\naws_secret_access_key = y\n[default]\naws_access_key_id=test\n  aws_secret_access_key =  secret \n' >"$T/.aws/credentials"
	code 0 'with a key in the usual file' "$EVX" remote test store
	code 3 'with another part of it' env AWS_PROFILE=other "$EVX" remote test store --json
	err_has 'the store refuses it' 'the store says no'
	ok 'no key is told' not grep -qe secret -e '"y"' "$T/out" "$T/err"
	printf '[default]\naws_access_key_id=test\naws_secret_access_key=swordfish\n' >elsewhere
	code 3 'with another file' env AWS_SHARED_CREDENTIALS_FILE=elsewhere "$EVX" remote test store
	ok 'no key is told then' not grep -q swordfish "$T/out" "$T/err"
else
	skip 'python3 is not installed'
fi

code 0 'remove' "$EVX" remote remove court
code 3 'it is gone' "$EVX" remote show court
code 3 'and cannot be removed again' "$EVX" remote remove court
cp "$T/officer/remotes/stick" "$T/stick"
printf 'evx-remote-memory/1\nurl dir:/x\n' >"$T/officer/remotes/stick"
code 1 'a damaged memory' "$EVX" remote show stick
printf 'evx-remote-memory/2\nurl dir:/x\nid -\n' >"$T/officer/remotes/stick"
code 4 'one of a newer version' "$EVX" remote show stick
printf 'evx-remote-memory/1\nurl sftp://-oProxyCommand=x/\nid -\n' >"$T/officer/remotes/stick"
code 1 'one with a URL that is none' "$EVX" remote test stick
chmod 666 "$T/officer/remotes/stick"
code 3 'one that others can write' "$EVX" remote show stick
rm "$T/officer/remotes/stick" && cp "$T/stick" "$T/officer/remotes/stick" && chmod 600 "$T/officer/remotes/stick"
code 0 'a good one again' "$EVX" remote show stick
echo x >"$T/officer/remotes/stick"
code 0 'a damaged one can be removed' "$EVX" remote remove stick
done_testing
