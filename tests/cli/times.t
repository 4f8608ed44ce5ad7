#!/bin/sh
# Times of files that not every file system has: kept, shown, restored, and told of where they are not.
. "$(dirname "$0")/lib.sh"

people || exit 1
shm=$(mktemp -d /dev/shm/evx-test.XXXXXX 2>/dev/null)
label='--case C-1 --exhibit E-1 --self'
mkdir "${shm:-.}/old" 2>/dev/null && cd "${shm:-.}" || exit 1
for year in 1601 1677 1901 1969 1980 2038 2262 2263 2400; do
	echo $year >old/$year && touch -d "$year-01-01 00:00:00.123456789 UTC" old/$year
done
if [ -z "$shm" ] || [ "$(stat -c %y old/1601 2>/dev/null | cut -c 1-4)" != 1601 ] || [ "$(stat -c %y old/2400 | cut -c 1-4)" != 2400 ]; then
	cd /
	rm -rf "$shm"
	echo '1..0 # SKIP no file system here that holds every time'
	exit 0
fi

code 0 'seal' "$EVX" seal old -o times.evx $label
ok 'every time is kept' not grep -q 'attributes that could not be read' "$T/out"
code 0 'list' "$EVX" list times.evx --as officer
out_has '1601-01-01 00:00:00' 'the year 1601'
out_has '2400-01-01 00:00:00' 'the year 2400'
code 0 'list as JSON' "$EVX" list times.evx --as officer --json
out_has '"mtime":"-11644473599876543211"' '1601 in nanoseconds'
out_has '"mtime":"13569465600123456789"' '2400 in nanoseconds'
code 0 'verify deeply' "$EVX" verify times.evx --deep --as officer
code 0 'extract' "$EVX" extract times.evx -C out
ok 'the same times' same old out/old
touch -d '1601-01-01 00:00:01 UTC' old/1601
code 0 'seal again' "$EVX" seal old -o again.evx $label --reread
ok 'the other time is there' sh -c "'$EVX' list again.evx --as officer --json | grep -q '\"mtime\":\"-11644473599000000000\"'"

# ext4 has 1901 to 2446.
if [ "$(stat -f -c %T "$W")" = ext2/ext3 ]; then
	code 0 'extract to a file system without 1601' "$EVX" extract times.evx -C "$W/out"
	err_has 'old/1601.*modification time, which this file system cannot hold' 'is told'
	ok 'of 1601 and of no year that it has' not grep -q 'old/2400' "$T/err"
else
	skip 'no ext4'
fi
cd "$W" && rm -rf "$shm"
done_testing
