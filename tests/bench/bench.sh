#!/bin/bash
# usage: bench.sh    Measures evx and the peers that are installed on the same data, and prints a report in Markdown.
#
# From the environment: EVX, MEASURE (build/measure), BENCH_DIR (build/bench; 15 GB), RUNS (3), SETS, PEERS, SHM (/dev/shm);
# LONG=1 adds a sparse image of 100 GiB, a tree of a million files, and a vault of 100,000 exhibits and 20 million chunks (vault.sh).
#
# Method: sources warm in the page cache; the tools take turns, run by run, so that a disturbance hits all of them; the median counts. Bundles go
# to BENCH_DIR without a final fsync unless a tool does it itself; extraction goes to a tmpfs, so that file creation on disk
# does not swamp the rest. CPU is user + system of the whole process tree; memory is the peak of the largest process.
# Every number of every run is kept in BENCH_DIR/results.tsv. Exit status 1 if a command failed or evx gave back other bytes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
EVX=$(realpath "${EVX:-build/evx}")
MEASURE=$(realpath "${MEASURE:-build/measure}")
BENCH_DIR=$(realpath -m "${BENCH_DIR:-build/bench}")
RUNS=${RUNS:-3}
SETS=${SETS:-tree image media small}
PEERS=${PEERS:-age restic borg ewf}
data=$BENCH_DIR/data
out=$BENCH_DIR/out
shm=${SHM:-/dev/shm}/evx-bench.$$
results=$BENCH_DIR/results.tsv
failures=0

mkdir -p "$data" "$out" "$shm"
trap 'rm -rf "$shm"' EXIT
trap 'exit 130' INT TERM
: >"$results"

export EVX_HOME=$out/home RESTIC_PASSWORD=bench BORG_PASSPHRASE=bench RESTIC_CACHE_DIR=$out/restic-cache BORG_BASE_DIR=$out/borg-base
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes

say() { printf '%s\n' "$*" >&2; }
warm() { find "$1" -type f -print0 | xargs -0 -r cat >/dev/null; }

# run SET TOOL OPERATION OUTPUT COMMAND...: measures COMMAND, notes its cost and the bytes of OUTPUT ("" for none).
run() {
	local set=$1 tool=$2 op=$3 output=$4 line bytes=0
	shift 4
	sync
	line=$("$MEASURE" "$@" 3>&1 >/dev/null 2>"$out/err")
	if [ "${line##* }" != 0 ]; then
		failures=$((failures + 1))
		say "FAILED ($line): $*"
		tail -n 5 "$out/err" >&2
		return 1
	fi
	[ -z "$output" ] || bytes=$(du -sb --apparent-size "$output" | cut -f1)
	printf '%s\t%s\t%s\t%s\t%s\n' "$set" "$tool" "$op" "${line// /$'\t'}" "$bytes" >>"$results"
}

# ---- One round of each tool on one set ----

evx_round() {
	local set=$1 bundle=$out/$1.evx
	rm -rf "$bundle" "$shm/x"
	run "$set" evx seal "$bundle" "$EVX" seal "$data/$set" -o "$bundle" --case bench --exhibit "$set" --as bench --self --quiet || return 0
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

# Into a vault and out of it, against a copy of the same bytes and one SHA-256 pass over them. Both make what they wrote durable: an import is not
# done before.
ship() {
	local set=$1 bundle=$2 vault=$out/vault exhibit
	rm -rf "$vault" "$out/shipped.evx" "$out/copy"
	"$EVX" init "$vault" --as bench >/dev/null || return 0
	run "$set" evx import "$vault/exhibits" "$EVX" import "$bundle" --vault "$vault" --quiet || return 0
	run "$set" "cp+sha256sum" import "$out/copy" sh -c "cp '$bundle' '$out/copy' && sync '$out/copy' && sha256sum '$bundle'"
	rm -rf "$out/copy"
	exhibit=$(echo "$vault"/exhibits/*)
	run "$set" evx export "$out/shipped.evx" "$EVX" export "$exhibit" -o "$out/shipped.evx" --quiet
	run "$set" "cp+sha256sum" export "$out/copy" sh -c "cp -r '$exhibit' '$out/copy' && sync -f '$out/copy' && find '$exhibit' -type f -exec sha256sum {} +"
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
	run "$set" "tar+zstd+age" seal "$out/age" sh -c "tar -C '$data' -cf - '$set' | zstd -q -3 -T0 | age -r '$age_recipient' -o '$out/age'"
	run "$set" "tar+zstd+age" extract "" sh -c "age -d -i '$out/age.key' '$out/age' | zstd -q -d | tar -C '$shm/x' -xf -"
	rm -rf "$out/age" "$shm/x"
}

restic_round() {
	local set=$1
	rm -rf "$out/restic" "$shm/x"
	restic -q init -r "$out/restic" >&2 || return 0
	run "$set" restic seal "$out/restic" restic -q -r "$out/restic" backup "$data/$set"
	run "$set" restic verify-deep "" restic -q -r "$out/restic" check --read-data
	run "$set" restic extract "" restic -q -r "$out/restic" restore latest --target "$shm/x"
	run "$set" restic seal-again "$out/restic" restic -q -r "$out/restic" backup --force "$data/$set"
	rm -rf "$out/restic" "$out/restic-cache" "$shm/x"
}

borg_round() {
	local set=$1
	rm -rf "$out/borg" "$shm/x"
	mkdir "$shm/x"
	borg init -e repokey-blake2 "$out/borg" >&2 2>/dev/null || return 0
	run "$set" borg seal "$out/borg" borg create --compression zstd,3 "$out/borg::a" "$data/$set"
	run "$set" borg verify-deep "" borg check --verify-data "$out/borg"
	run "$set" borg extract "" sh -c "cd '$shm/x' && borg extract '$out/borg::a'"
	run "$set" borg seal-again "$out/borg" borg create --compression zstd,3 --files-cache disabled "$out/borg::b" "$data/$set"
	rm -rf "$out/borg" "$out/borg-base" "$shm/x"
}

ewf_round() {
	[ "$1" = image ] || return 0
	rm -rf "$out"/ewf.*
	run image ewfacquire seal "$out/ewf.E01" ewfacquire -u -q -c fast -d sha256 -f encase6 -S 7EiB -t "$out/ewf" "$data/image"
	run image ewfacquire verify "$out/ewf.E01" ewfverify -q -d sha256 "$out/ewf.E01"
	rm -f "$out"/ewf.*
}

# ---- Preparation ----

"$here/mkdata.sh" "$data" >&2 || exit 1
rm -rf "$EVX_HOME"
"$EVX" id new bench --person Bench --organisation Bench --country AT --no-passphrase >/dev/null || exit 1

tools=evx
for peer in $PEERS; do
	case $peer in
	age) need='age zstd tar' ;;
	ewf) need='ewfacquire ewfverify' ;;
	*) need=$peer ;;
	esac
	if command -v $need >/dev/null 2>&1; then tools="$tools $peer"; else say "not installed, left out: $need"; fi
done
case " $tools " in *" age "*)
	rm -f "$out/age.key"
	age-keygen -o "$out/age.key" 2>/dev/null
	age_recipient=$(age-keygen -y "$out/age.key") ;;
esac

# ---- Measuring ----

for set in $SETS; do
	warm "$data/$set"
	for round in $(seq "$RUNS"); do
		for tool in $tools; do
			say "$set, run $round of $RUNS: $tool"
			"${tool}_round" "$set"
		done
	done
done

if [ "${LONG:-0}" = 1 ]; then
	"$here/mkhuge.sh" "$data" >&2 || exit 1
	for set in sparse100g million; do
		say "$set"
		rm -rf "$out/$set.evx"
		run "$set" evx seal "$out/$set.evx" "$EVX" seal "$data/$set" -o "$out/$set.evx" --case bench --exhibit "$set" --as bench --self --quiet &&
			run "$set" evx verify "" "$EVX" verify "$out/$set.evx" &&
			run "$set" evx verify-deep "" "$EVX" verify "$out/$set.evx" --deep --as bench
		rm -rf "$out/$set.evx"
	done
fi

# ---- Report ----

for set in $SETS; do
	printf '%s\t%s\n' "$set" "$(find "$data/$set" -type f -printf '%i %s\n' | sort -u -k1,1 | awk '{ t += $2 } END { printf "%d", t }')"
done >"$BENCH_DIR/plain.tsv"
"$here/report.pl" "$BENCH_DIR/plain.tsv" "$results" | tee "$BENCH_DIR/report.md"
if [ "${LONG:-0}" = 1 ]; then
	say "a vault of many exhibits"
	BENCH_DIR=$BENCH_DIR "$here/vault.sh" >"$BENCH_DIR/vault.md" || failures=$((failures + 1))
	{ echo; cat "$BENCH_DIR/vault.md"; } | tee -a "$BENCH_DIR/report.md"
fi
say "all of it took $SECONDS s"
[ "$failures" -eq 0 ]
