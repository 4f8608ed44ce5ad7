#!/bin/bash
# usage: bench.sh    Measures evx and the peers that are installed on the same data, and prints a report in Markdown.
#
# From the environment: EVX, MEASURE (build/measure), BENCH_DIR (build/bench; 15 GB), SHM (/dev/shm; 5 GB), SETS, PEERS, MODES (disk tmpfs cold),
# RUNS (5) and MAX_RUNS (15): at least and at most so many turns. GROWTH=1 adds growth.sh, VAULT=1 adds vault.sh, TRANSFER=1 adds transfer.sh. REPORT: where the report goes, too.
#
# Method: every tool works from the same warm sources, and the tools take turns, so that a disturbance hits all of them. What a tool writes is
# durable on both sides: evx makes it so itself, and so do restic and borg; behind the others a sync is part of what is measured. In mode `disk` bundles and
# repositories are on BENCH_DIR, in mode `tmpfs` on SHM, where the disk hides nothing. In mode `cold` the page cache is empty before each seal, where
# that is allowed. Extraction always goes to SHM, so that making files on a disk does not swamp the rest. CPU is user + system of the whole
# process tree; memory is the peak of the largest process.
#
# A ratio is that of two runs of one turn; the median of the turns counts. Its spread is the width of the middle half of the turns, over the median.
# While one is above 15 %, all tools take another turn, up to MAX_RUNS. A ratio that is not settled then is not printed.
#
# Every number of every run is kept in BENCH_DIR/results.tsv. Exit status 1 if a command failed or evx gave back other bytes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
EVX=$(realpath "${EVX:-build/evx}")
MEASURE=$(realpath "${MEASURE:-build/measure}")
BENCH_DIR=$(realpath -m "${BENCH_DIR:-build/bench}")
RUNS=${RUNS:-5}
MAX_RUNS=${MAX_RUNS:-15}
SETS=${SETS:-tree image media small}
PEERS=${PEERS:-age restic borg ewf rustic bupstash}
MODES=${MODES:-disk tmpfs cold}
data=$BENCH_DIR/data
shm=${SHM:-/dev/shm}/evx-bench.$$
disk=$BENCH_DIR/out
results=$BENCH_DIR/results.tsv
failures=0
mode=disk
out=$disk

mkdir -p "$data" "$disk" "$shm"
trap 'rm -rf "$shm"' EXIT
trap 'exit 130' INT TERM
: >"$results"

export EVX_HOME=$disk/home RESTIC_PASSWORD=bench BORG_PASSPHRASE=bench RESTIC_CACHE_DIR=$disk/restic-cache BORG_BASE_DIR=$disk/borg-base
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes RUSTIC_PASSWORD=bench RUSTIC_NO_CACHE=true

say() { printf '%s\n' "$*" >&2; }
have() {
	local c
	for c in "$@"; do command -v "$c" >/dev/null || return 1; done
}
warm() { find "$1" -type f -print0 | xargs -0 -r cat >/dev/null; }
drop_caches() { sync && echo 3 2>/dev/null >/proc/sys/vm/drop_caches; }

# run SET TOOL OPERATION OUTPUT COMMAND...: measures COMMAND, notes its cost and the bytes of OUTPUT ("" for none).
run() {
	local set=$1 tool=$2 op=$3 output=$4 line bytes=0
	shift 4
	# borg takes what it has read out of the page cache.
	case $mode/$op in
	cold/*) ;;
	*/seal*) warm "$data/$set" ;;
	esac
	sync
	[ "$mode" != cold ] || drop_caches
	line=$("$MEASURE" "$@" 3>&1 >/dev/null 2>"$disk/err")
	if [ "${line##* }" != 0 ]; then
		failures=$((failures + 1))
		say "FAILED ($line): $*"
		tail -n 5 "$disk/err" >&2
		return 1
	fi
	[ -z "$output" ] || bytes=$(du -sb --apparent-size "$output" | cut -f1)
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$set" "$mode" "$tool" "$op" "$round" "${line// /$'\t'}" "$bytes" >>"$results"
}

# ---- One turn of each tool on one set. In mode `cold` it seals and does nothing else.

evx_round() {
	local set=$1 bundle=$out/$1.evx
	rm -rf "$bundle" "$shm/x"
	run "$set" evx seal "$bundle" "$EVX" seal "$data/$set" -o "$bundle" --case bench --exhibit "$set" --as bench --self --quiet || return 0
	if [ "$mode" != cold ]; then
		run "$set" evx verify "" "$EVX" verify "$bundle"
		run "$set" evx verify-deep "" "$EVX" verify "$bundle" --deep --as bench
		run "$set" evx log "" "$EVX" log "$bundle"
		mkdir "$shm/x"
		run "$set" evx extract "" "$EVX" extract "$bundle" -C "$shm/x" --as bench --quiet
		if [ "$round" = 1 ] && ! diff -r --no-dereference "$data/$set" "$shm/x/$set" >&2; then
			failures=$((failures + 1))
			say "FAILED: $set came back different"
		fi
		rm -rf "$shm/x"
		ship "$set" "$bundle"
		vault_seals "$set"
	fi
	rm -f "$bundle"
}

# Into a vault, and the same once more into the same case: all is read, hashed and compared again. The peers that deduplicate are made to read all
# again, too.
vault_seals() {
	local set=$1 vault=$out/vault seal
	seal=("$EVX" seal "$data/$set" --vault "$vault" --case bench --as bench --quiet)
	rm -rf "$vault"
	"$EVX" init "$vault" --as bench >/dev/null &&
		run "$set" evx seal-vault "$vault/exhibits" "${seal[@]}" --exhibit first &&
		run "$set" evx seal-again "$vault/exhibits" "${seal[@]}" --exhibit second
	rm -rf "$vault"
}

# Into a vault and out of it, against a copy of the same bytes and one SHA-256 pass over them, by a program that uses the processor's SHA instructions
# as evx does. Both make what they wrote durable: an import is not done before.
ship() {
	local set=$1 bundle=$2 vault=$out/vault exhibit
	rm -rf "$vault" "$out/shipped.evx" "$out/copy"
	"$EVX" init "$vault" --as bench >/dev/null || return 0
	run "$set" evx import "$vault/exhibits" "$EVX" import "$bundle" --vault "$vault" --quiet || return 0
	run "$set" "cp+sync+sha256" import "$out/copy" sh -c "cp '$bundle' '$out/copy' && sync '$out/copy' && openssl sha256 '$bundle'"
	rm -rf "$out/copy"
	exhibit=$(echo "$vault"/exhibits/*)
	run "$set" evx export "$out/shipped.evx" "$EVX" export "$exhibit" -o "$out/shipped.evx" --quiet
	run "$set" "cp+sync+sha256" export "$out/copy" sh -c "cp -r '$exhibit' '$out/copy' && sync -f '$out/copy' && find '$exhibit' -type f -exec openssl sha256 {} +"
	if [ "$round" = 1 ] && ! cmp "$bundle" "$out/shipped.evx" >&2; then
		failures=$((failures + 1))
		say "FAILED: the bundle of $set came back different"
	fi
	rm -rf "$vault" "$out/shipped.evx" "$out/copy"
}

age_round() {
	local set=$1
	rm -rf "$out/age" "$shm/x"
	mkdir "$shm/x"
	run "$set" "tar+zstd+age" seal "$out/age" sh -c "tar -C '$data' -cf - '$set' | zstd -q -3 -T0 | age -r '$age_recipient' -o '$out/age' && sync '$out/age' '$out'"
	[ "$mode" = cold ] || run "$set" "tar+zstd+age" extract "" sh -c "age -d -i '$disk/age.key' '$out/age' | zstd -q -d | tar -C '$shm/x' -xf -"
	rm -rf "$out/age" "$shm/x"
}

restic_round() {
	local set=$1
	rm -rf "$out/restic" "$shm/x"
	restic -q init -r "$out/restic" >&2 || return 0
	run "$set" restic seal "$out/restic" restic -q -r "$out/restic" backup "$data/$set"
	if [ "$mode" != cold ]; then
		run "$set" restic verify-deep "" restic -q -r "$out/restic" check --read-data
		run "$set" restic extract "" restic -q -r "$out/restic" restore latest --target "$shm/x"
		run "$set" restic seal-again "$out/restic" restic -q -r "$out/restic" backup --force "$data/$set"
	fi
	rm -rf "$out/restic" "$RESTIC_CACHE_DIR" "$shm/x"
}

borg_round() {
	local set=$1
	rm -rf "$out/borg" "$shm/x"
	mkdir "$shm/x"
	borg init -e repokey-blake2 "$out/borg" >&2 2>/dev/null || return 0
	run "$set" borg seal "$out/borg" borg create --compression zstd,3 "$out/borg::a" "$data/$set"
	if [ "$mode" != cold ]; then
		run "$set" borg verify-deep "" borg check --verify-data "$out/borg"
		run "$set" borg extract "" sh -c "cd '$shm/x' && borg extract '$out/borg::a'"
		run "$set" borg seal-again "$out/borg" borg create --compression zstd,3 --files-cache disabled "$out/borg::b" "$data/$set"
	fi
	rm -rf "$out/borg" "$BORG_BASE_DIR" "$shm/x"
}

ewf_round() {
	[ "$1" = image ] && [ "$mode" != cold ] || return 0
	rm -rf "$out"/ewf.*
	run image ewfacquire seal "$out/ewf.E01" sh -c "ewfacquire -u -q -c fast -d sha256 -f encase6 -S 7EiB -t '$out/ewf' '$data/image' && sync '$out/ewf.E01' '$out'"
	run image ewfacquire verify "$out/ewf.E01" ewfverify -q -d sha256 "$out/ewf.E01"
	rm -f "$out"/ewf.*
}

rustic_round() {
	local set=$1
	rm -rf "$out/rustic"
	rustic -r "$out/rustic" init >&2 || return 0
	run "$set" rustic seal "$out/rustic" rustic -r "$out/rustic" backup "$data/$set"
	[ "$mode" = cold ] || run "$set" rustic seal-again "$out/rustic" rustic -r "$out/rustic" backup --force "$data/$set"
	rm -rf "$out/rustic"
}

bupstash_round() {
	local set=$1
	rm -rf "$out/bupstash" "$out/bupstash.key"
	bupstash new-key -o "$out/bupstash.key" && bupstash init -r "$out/bupstash" || return 0
	run "$set" bupstash seal "$out/bupstash" bupstash put -q --no-send-log -r "$out/bupstash" -k "$out/bupstash.key" "$data/$set"
	[ "$mode" = cold ] || run "$set" bupstash seal-again "$out/bupstash" bupstash put -q --no-send-log -r "$out/bupstash" -k "$out/bupstash.key" "$data/$set"
	rm -rf "$out/bupstash" "$out/bupstash.key"
}

# ---- Preparation

"$here/mkdata.sh" "$data" >&2 || exit 1
rm -rf "$EVX_HOME"
"$EVX" id new bench --person Bench --organisation Bench --country AT --no-passphrase >/dev/null || exit 1

tools=evx
missing=
for peer in $PEERS; do
	case $peer in
	age) need='age zstd tar' ;;
	ewf) need='ewfacquire ewfverify' ;;
	*) need=$peer ;;
	esac
	if have $need; then tools="$tools $peer"; else missing="$missing $peer"; fi
done
[ -z "$missing" ] || say "not installed, left out:$missing"
case " $tools " in *" age "*)
	rm -f "$disk/age.key"
	age-keygen -o "$disk/age.key" 2>/dev/null
	age_recipient=$(age-keygen -y "$disk/age.key") ;;
esac

# ---- What is said of this machine: nothing that names it.

describe() {
	local t
	echo "# evx measured"
	echo
	echo "- date: $(date -u +%Y-%m-%d)"
	echo "- machine: $(sed -n 's/^model name[[:space:]]*: *//p' /proc/cpuinfo | head -n 1), $(nproc) processors, $(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB of memory"
	echo "- system: $(. /etc/os-release && echo "$PRETTY_NAME"), Linux $(uname -r | grep -o '^[0-9.]*[0-9]'), files on $(stat -f -c %T "$BENCH_DIR") and $(stat -f -c %T "$shm")"
	echo "- versions: $("$EVX" version | head -n 1)$(for t in $tools; do version_of "$t"; done)"
	[ -z "$missing" ] || echo "- not installed:$missing"
	case " $MODES " in *" cold "*) [ -n "$can_drop" ] || echo "- cold cache: not measured, the cache cannot be emptied here" ;; esac
	echo
	sed -n '/^# Method:/,/^# Every/p' "$here/bench.sh" | sed '$d; s/^#$//; s/^# //'
}

version_of() {
	case $1 in
	age) printf ', %s, %s, age %s' "$(tar --version | head -n 1)" "$(zstd --version | grep -o 'v[0-9.]*' | sed 's/^v/zstd /')" "$(age --version 2>&1 | head -n 1)" ;;
	ewf) printf ', %s' "$(ewfacquire -V 2>&1 | head -n 1)" ;;
	evx) printf ', %s' "$(openssl version | cut -d' ' -f1,2)" ;;
	restic) printf ', %s' "$(restic version | cut -d' ' -f1,2)" ;;
	*) printf ', %s' "$("$1" --version 2>&1 | head -n 1)" ;;
	esac
}

# ---- Measuring

can_drop=
drop_caches && can_drop=1

# What a command costs that does next to nothing.
start_up() {
	mode=disk
	echo hello >"$disk/note.txt"
	"$EVX" seal "$disk/note.txt" -o "$disk/note.evx" --case bench --exhibit note --as bench --self --quiet 2>/dev/null
	for round in $(seq $((RUNS * 4))); do
		run start evx version "" "$EVX" version
		run start evx help "" "$EVX" --help
		run start evx verify "" "$EVX" verify "$disk/note.evx"
	done
	rm -f "$disk/note.txt" "$disk/note.evx"
}

# All tools take turns on a set until the ratios are settled.
take_turns() {
	local set=$1 tool
	[ "$mode" != tmpfs ] || out=$shm/out
	mkdir -p "$out"
	warm "$data/$set"
	for round in $(seq "$MAX_RUNS"); do
		for tool in $tools; do
			say "$set, $mode, turn $round: $tool"
			"${tool}_round" "$set"
		done
		if [ "$round" -ge "$RUNS" ] && "$here/report.pl" --settled "$set" "$mode" "$results" >&2; then break; fi
	done
	out=$disk
}

start_up
for mode in $MODES; do
	[ "$mode" != cold ] || [ -n "$can_drop" ] || continue
	for set in $SETS; do
		case $mode/$set in cold/image | cold/media) continue ;; esac
		take_turns "$set"
	done
done

# ---- Report

for set in $SETS; do
	printf '%s\t%s\n' "$set" "$(find "$data/$set" -type f -printf '%i %s\n' | sort -u -k1,1 | awk '{ t += $2 } END { printf "%d", t }')"
done >"$BENCH_DIR/plain.tsv"
{ describe && "$here/report.pl" "$BENCH_DIR/plain.tsv" "$results"; } >"$BENCH_DIR/report.md" || failures=$((failures + 1))
if [ "${GROWTH:-0}" = 1 ]; then
	say "growth"
	{ echo && "$here/growth.sh"; } >>"$BENCH_DIR/report.md" || failures=$((failures + 1))
fi
if [ "${VAULT:-0}" = 1 ]; then
	say "a vault of many exhibits"
	{ echo && "$here/vault.sh"; } >>"$BENCH_DIR/report.md" || failures=$((failures + 1))
fi
if [ "${TRANSFER:-0}" = 1 ]; then
	say "transfer over remotes"
	{ echo && BENCH_DIR=$BENCH_DIR "$here/transfer.sh"; } >>"$BENCH_DIR/report.md" || failures=$((failures + 1))
fi
cat "$BENCH_DIR/report.md"
say "all of it took $SECONDS s"
[ "$failures" -eq 0 ] || exit 1
if [ -n "${REPORT:-}" ]; then
	cp "$BENCH_DIR/report.md" "$REPORT"
	[ "${GROWTH:-0}" != 1 ] || cp "$BENCH_DIR/growth.svg" "$(dirname "$REPORT")/growth.svg"
fi
