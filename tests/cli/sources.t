#!/bin/sh
# What can be sealed and what cannot: wrong names, pipes, devices, nothing at all.
. "$(dirname "$0")/lib.sh"

people || exit 1
evidence phone
label='--case C-1 --exhibit E-1'

code 3 'a name that was not typed to its end' "$EVX" seal phon -o x.evx $label --self
err_has 'There is no file, directory or device of this name.*Did you mean phone?' 'the likely name is told'
code 3 'a name in the wrong case' "$EVX" seal ./PHONE -o x.evx $label --self
err_has 'Did you mean ./phone?' 'the likely name, as it was typed'
for n in 1 2 3 4 5 6 7; do : >"choice$n"; done
code 3 'a name that begins many' "$EVX" seal choice -o x.evx $label --self
err_has 'Did you mean choice1, choice2, choice3, choice4, choice5, ...?' 'some of them are told'
code 3 'a name that begins none' "$EVX" seal nowhere -o x.evx $label --self
err_has 'Check the path' 'which leaves the path to check'
code 3 'a disk that is not there' "$EVX" seal /dev/evx-no-such-disk -o x.evx $label --self
code 2 'a named pipe' "$EVX" seal phone/fifo -o x.evx $label --self
err_has 'This source is a named pipe.*PROGRAM | evx seal -' 'is told from a file, with the way to seal a pipe'
code 2 'a named pipe among files' "$EVX" seal phone/notes phone/fifo -o x.evx $label --self
code 2 'a character device' "$EVX" seal /dev/null -o x.evx $label --self
err_has '/dev/null: This source is a character device' 'is told from a disk'
code 2 'a link to one, followed' "$EVX" seal --follow "$(ln -s /dev/null null && echo null)" -o x.evx $label --self
if [ "$(id -u)" -eq 0 ] && mknod nvme9 c 1 3 2>/dev/null; then
	: >nvme9n1
	code 2 'the controller of a disk' "$EVX" seal nvme9 -o x.evx $label --self
	err_has 'character device.*Did you mean nvme9n1?' 'the disk is told'
else
	skip 'only root can make a device'
fi
if command -v python3 >/dev/null; then
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	code 2 'a socket' "$EVX" seal socket -o x.evx $label --self
else
	skip 'python3 is not installed'
fi
gone x.evx 'nothing was made by any of these'

# An empty stream is most often a program that failed.
code 2 'an empty stream, and nobody to ask' sh -c "false | '$EVX' seal - -o x.evx $label --self"
err_has 'Standard input was empty. Nothing was sealed' 'is told'
gone x.evx 'and nothing is made'
code 2 'the same, quietly' sh -c "false | '$EVX' seal - -o x.evx $label --self --quiet"
code 0 'an empty stream that is meant' sh -c "false | '$EVX' seal - -o empty.evx $label --self --yes"
code 0 'verifies' "$EVX" verify empty.evx --deep --as officer
mkdir -p void/below
code 0 'a directory without a file' "$EVX" seal void -o void.evx $label --self
err_has 'void: There is no file in this directory' 'is remarked'
code 0 'one beside others' "$EVX" seal void phone -o beside.evx $label --self
err_has 'void: There is no file in this directory' 'is remarked, too'
ok 'and only that one' not grep -q 'phone: There' "$T/err"
if command -v script >/dev/null; then
	typed 'y/N' "'$EVX' seal void -o no.evx $label --self" 'y\n' 'n\n'
	ok 'on a terminal evx asks' grep -q 'There is not one file in the source. Seal the empty directory' "$T/tty"
	ok 'and no means no' grep -q 'code=130' "$T/tty"
	gone no.evx 'nothing was made'
	typed 'y/N' "'$EVX' seal void -o yes.evx $label --self" 'y\n' 'y\n'
	ok 'and yes means yes' grep -q 'code=0' "$T/tty"
else
	skip 'script(1) is not installed'
fi

# A bundle beneath its own source.
mkdir own && echo one >own/one
code 0 'a bundle in its own source' "$EVX" seal own -o own/in.evx $label --self --reread
err_has 'own/.in.evx.evx-partial-[0-9a-f]*: This is what evx itself is writing' 'the unfinished file is left out, and told of'
ok 'the exhibit is complete' not grep -q 'NOT COMPLETE' "$T/out"
code 0 'verifies' "$EVX" verify own/in.evx --trust "$T/officer.card" --deep --as officer
ok 'and says no other thing' not grep -q INCOMPLETE "$T/out"
code 0 'its list' "$EVX" list own/in.evx --as officer --json
is "$(grep -c '"excluded":true' "$T/out")" 1 'names the file as left out'
code 0 'it is extracted' "$EVX" extract own/in.evx -C own-out
ok 'without the unfinished file' sh -c '[ "$(ls -A own-out/own)" = one ]'
head -c 300000 /dev/urandom >own/two
code 0 'volumes in their own source' "$EVX" seal own -o own/v.evx $label --self --split 100K
ok 'are complete, too' not grep -q 'NOT COMPLETE' "$T/out"
code 0 'verify' "$EVX" verify own/v.evx.001 --deep --as officer

# Files that tell no size, as those of the kernel.
if [ -r /proc/version ] && [ ! -s /proc/version ]; then
	code 0 'a file that tells the size 0 and has bytes' "$EVX" seal /proc/version -o version.evx $label --self
	ok 'is no file that changed' not grep -q changed "$T/err"
	code 0 'its contents' "$EVX" cat version.evx version --as officer
	ok 'are kept' cmp /proc/version "$T/out"
	code 0 'reread' "$EVX" seal /proc/version -o version2.evx $label --self --reread
	sleep 60 &
	other=$!
	code 6 'another process' "$EVX" seal /proc/$other -o process.evx $label --self
	code 0 'what it is' "$EVX" cat process.evx $other/status --as officer
	out_has '^Name:	sleep' 'is kept'
	code 0 'its links' "$EVX" list process.evx --json --as officer
	ok 'are recorded' grep -q "\"path\":\"$other/exe\",\"type\":\"symlink\"" "$T/out"
	kill $other
	if "$EVX" seal phone -o landlock.evx $label --self 2>&1 | grep -q 'no Landlock'; then
		skip 'this kernel has no Landlock'
	else
		ok 'with the true reason' grep -q "$other/exe.*reading the link; evx confines itself, and may not look into other processes" "$T/out"
	fi
else
	skip 'this system has no /proc/version'
fi

# The name of a stream.
printf 'one two' >stream
code 0 'a stream with a name' sh -c "'$EVX' seal - -o named.evx $label --self --stdin-name disk.img <stream"
code 0 'its contents by that name' "$EVX" cat named.evx disk.img --as officer
ok 'are those of the stream' cmp stream "$T/out"
code 0 'show' "$EVX" show named.evx --as officer --json
code 2 'a name with a slash' sh -c "'$EVX' seal - -o x.evx $label --self --stdin-name a/b <stream"
err_has 'is not the name of a file' 'is refused'
code 2 'an empty name' sh -c "'$EVX' seal - -o x.evx $label --self --stdin-name '' <stream"
code 2 'a name that leads up' sh -c "'$EVX' seal - -o x.evx $label --self --stdin-name .. <stream"
code 2 'a name without a stream' "$EVX" seal phone -o x.evx $label --self --stdin-name disk.img
err_has 'no source is' 'is refused'
gone x.evx 'nothing was made by these'
done_testing
