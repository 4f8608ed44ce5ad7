#!/bin/sh
# An SFTP server as remote, through OpenSSH's sftp: a real sshd on the loopback; one that lets nothing be changed; one that lets few in;
# links that break; a server that is not who it was.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || { echo '1..0 # SKIP openssh-server is not installed'; exit 0; }
[ "$(id -u)" -eq 0 ] || id -un >/dev/null 2>&1 || { echo '1..0 # SKIP sshd knows no such user'; exit 0; }
packs 1000 2000000 3000000 1 500000 600000
start() { mkdir -p "$T/$1" && "$REMOTE/sshd.sh" start "$T/$1" "${2:-}"; }
stop_all() { for d in sshd keep few; do "$REMOTE/sshd.sh" stop "$T/$d"; done; }
trap 'stop_all; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
url() { echo "sftp://127.0.0.1:$(cat "$T/$1/port")$T/$1/root/evx?config=$T/$1/ssh_config"; }
start sshd && start keep keep && start few few || { echo '1..0 # SKIP sshd does not start'; exit 0; }
server=$(url sshd)

code 0 'a server is tested' tool "$server" test
out_has '^writes 1 reads 1 lists 1 removes 1 replaces 0 proves 0 left 0$' 'it can do what is asked'
out_has 'free known' 'and says how much is free'
is "$(find "$T/sshd/root" -type f | wc -l)" 0 'and nothing is left'
code 0 'packs are sent' tool "$server" send "$T/packs"
out_has '^6 objects, 0 there before, 0 failed, 6101001 bytes$' 'all of them'
code 0 'and again' tool "$server" send "$T/packs"
out_has '^6 objects, 6 there before, 0 failed, 0 bytes$' 'which moves nothing'
arrives 'a server' "$server"
is "$(find "$T/sshd/root" -name '*.part-*' | wc -l)" 0 'no half object is left'
is "$(find "$T/sshd/root" -type f ! -perm -004 | wc -l)" 0 'the receiver may be another user of the server'

echo one >one && echo other >other
code 0 'one object' tool "$server" put inbox/aa one
code 13 'is not put again' tool "$server" put inbox/aa other
err_has '^there: 4$' 'and its length is told'
code 0 'it is read' tool "$server" get inbox/aa
is "$(cat "$T/out")" one 'and is the first'
code 12 'one that is not there' tool "$server" stat inbox/ab
code 12 'nor can be read' tool "$server" get inbox/ab
code 0 'a list of what is not there is empty' tool "$server" list mirror
out_empty 'so it is'
code 0 'one is removed' tool "$server" remove inbox/aa
code 0 'and once more' tool "$server" remove inbox/aa
mkdir -p "$T/sshd/root/evx/inbox" && echo x >"$T/sshd/root/evx/inbox/a b" && echo x >"$T/sshd/root/evx/inbox/A" && echo x >"$T/sshd/root/evx/inbox/ok"
code 0 'names that are none of ours' tool "$server" list inbox
is "$(cat "$T/out")" 'inbox/ok 2' 'are left out'
echo x >"$T/sshd/root/evx/inbox/$(printf 'a\nsftp> # b\nLocal')"
code 0 'a name of several lines' tool "$server" list inbox
out_has '^inbox/ok 2$' 'does no harm'
rm "$T/sshd/root/evx/inbox/"*Local
code 18 'a server keeps nothing until a date' tool -u 2000000000 "$server" retain inbox/ok

# A cut upload: its name is not the object's, nothing goes on from it.
victim=$(ls -S "$T/packs" | head -n 1)
place=$T/sshd/root/evx/packs/$(echo "$victim" | cut -c 1-2)
rm "$place/$victim" && head -c 1000000 "$T/packs/$victim" >"$place/$victim.part-00000000"
code 0 'after an upload was cut' tool "$server" send "$T/packs"
out_has '5 there before, 0 failed, 3000000 bytes' 'that object is sent whole'
ok 'and is whole' cmp "$T/packs/$victim" "$place/$victim"
# Bytes that changed on the server.
flip "$place/$victim" 77
code 1 'changed bytes' tool -t 2 "$server" fetch "$T/back"
err_has 'other bytes than those of that name' 'are noticed'
truncate -s 100 "$place/$victim"
code 13 'a short object is no reason to replace it unasked' tool "$server" put "packs/$(echo "$victim" | cut -c 1-2)/$victim" one
err_has '^there: 100$' 'but its length is told'

# A server on which nothing can be renamed, removed or changed.
server=$(url keep)
code 0 'a server that keeps all' tool "$server" test
out_has '^writes 1 reads 1 lists 1 removes 0 replaces 0 proves 0 left 1$' 'writes, and does not remove'
code 0 'packs are sent there' tool "$server" send "$T/packs"
arrives 'a server that keeps all' "$server"

# Fewer connections than workers.
server=$(url few)
code 0 'more workers than the server lets in' tool -j 8 -t 20 "$server" send "$T/packs"
out_has ' 0 failed' 'all arrives'

# No server, another server, no key.
server=$(url sshd)
code 14 'nobody listens' tool -t 2 "sftp://127.0.0.1:1$T?config=$T/sshd/ssh_config" test
err_has 'Connection refused' 'it says why'
cp "$T/sshd/known_hosts" "$T/known" && cp "$T/keep/known_hosts" "$T/other" && sed "s/:$(cat "$T/keep/port")/:$(cat "$T/sshd/port")/; s/\]:[0-9]*/]:$(cat "$T/sshd/port")/" "$T/other" >"$T/sshd/known_hosts"
code 23 'another server stands there' tool "$server" test
err_has 'Host key verification failed' 'it says so'
: >"$T/sshd/known_hosts"
code 23 'a server that nobody knows' tool "$server" test
cp "$T/known" "$T/sshd/known_hosts"
mv "$T/sshd/key" "$T/sshd/key.away"
code 23 'no key' tool "$server" test
err_has 'Permission denied' 'it says so'
mv "$T/sshd/key.away" "$T/sshd/key"
code 11 'a password in the URL' tool "sftp://me:secret@127.0.0.1/" test
rm "$place/$victim"
code 0 'with a limited rate' tool -r 20000000 "$server" send "$T/packs"
is "$(ls "$T/spool" | wc -l)" 0 'no temporary file is left'

# Three connections to a server that is near, eight over a line whose answers take long.
rm -rf "$T/packs" && packs 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
logins() { grep -c '^Accepted' "$T/sshd/log"; }
# uses COMMAND...: how many logins it took
uses() { before=$(logins) && rm -rf "$T/sshd/root/evx" && "$@" >/dev/null 2>&1; echo $(($(logins) - before)); }
# On a machine with much else to do a near server takes long, too.
for try in 1 2 3 4 5 6 7 8; do near=$(uses tool "$server" send "$T/packs") && [ "$near" -ne 3 ] || break; done
is "$near" 3 'a near server: as many connections as bring something'
is "$(uses tool -j 5 "$server" send "$T/packs")" 5 'as many as the user says'
is "$(uses tool -r 100000000 "$server" send "$T/packs")" 8 'a limited rate, which they share: all of them'
PROXY=${EVX_BUILD:-$TOP/build}/proxy
mkdir "$T/line" && cat "$T/sshd/ssh_config" - >"$T/line/ssh_config" <<END
  HostKeyAlias [127.0.0.1]:$(cat "$T/sshd/port")
END
"$PROXY" "$T/line" "$(cat "$T/sshd/port")" 2>"$T/line/err" &
proxy=$!
wait_for test -s "$T/line/port" || exit 1
echo 'delay 30' >"$T/line/orders" && kill -HUP "$proxy" && wait_for [ ! -e "$T/line/orders" ] || exit 1
is "$(uses tool "sftp://127.0.0.1:$(cat "$T/line/port")$T/sshd/root/evx?config=$T/line/ssh_config" send "$T/packs")" 8 'a line whose answers take long: all of them'
kill "$proxy"
done_testing
