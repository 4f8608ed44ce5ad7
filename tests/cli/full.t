#!/bin/sh
# No room, or no right to write: an error, and nothing half-made.
. "$(dirname "$0")/lib.sh"

people || exit 1
mkdir big && head -c 20000000 /dev/urandom >big/file
label='--case C --exhibit E'
sealed ok.evx big || exit 1

# RLIMIT_FSIZE in blocks of 512 bytes, with SIGXFSZ ignored: writing fails with EFBIG.
code 3 'seal past the size limit of files' sh -c "trap '' XFSZ; ulimit -f 10000; exec '$EVX' seal big -o x.evx $label --self"
gone x.evx 'leaves no bundle'
only big ok.evx
code 3 'extract past the size limit of files' sh -c "trap '' XFSZ; ulimit -f 10000; EVX_HOME='$T/lab' exec '$EVX' extract ok.evx -C out"
ok 'and leaves no cut file' not sh -c 'find out -name file | grep -q .'

if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=4m none small 2>/dev/null; then
	trap 'cd /; umount "$T/w/small"; umount "$T/w/fixed" 2>/dev/null; rm -rf "$T"' EXIT
	code 3 'seal to a full disk' "$EVX" seal big -o small/x.evx $label --self
	err_has 'No space left' 'says why'
	is "$(ls -A small)" '' 'leaves nothing there'
	code 3 'extract to a full disk' at lab "$EVX" extract ok.evx -C small/out
	ok 'and leaves no cut file' not sh -c 'find small -name file | grep -q .'
	rm -rf small/out
	mkdir many && for i in $(seq 300); do head -c 20000 big/file >"many/$i"; done
	sealed many.evx many || exit 1
	code 3 'extract many files to a full disk' at lab "$EVX" extract many.evx -C small/out --jobs 4
	err_has 'No space left' 'says why'
	ok 'some are there' sh -c 'find small/out -type f | grep -q .'
	ok 'and each of them is whole' not sh -c 'find small -type f ! -size 20000c | grep -q .'
	rm -rf small/out
	code 3 'no identity on a full disk' env EVX_HOME="$W/small/home" sh -c "head -c 4194304 /dev/zero >small/fill; exec '$EVX' id new x --person P --organisation O --country DE --no-passphrase"
	rm -f small/fill
	code 0 'and no half of one' env EVX_HOME="$W/small/home" "$EVX" id list
	out_empty 'none at all'
	mkdir fixed && mount -t tmpfs -o size=4m none fixed && mount -o remount,ro fixed
	code 3 'seal to a read-only file system' "$EVX" seal big -o fixed/x.evx $label --self
	code 3 'extract to one' at lab "$EVX" extract ok.evx -C fixed/out
	cd "$W" || exit 1
else
	skip 'only root can mount a small file system'
	mkdir shut && chmod 555 shut
	code 3 'seal into a directory that cannot be written' "$EVX" seal big -o shut/x.evx $label --self
	code 3 'extract into one' at lab "$EVX" extract ok.evx -C shut/out
fi
done_testing
