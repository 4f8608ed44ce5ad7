#!/bin/bash
# usage: transfer.sh    Measures sending an exhibit over each kind of remote beside the tools that people would use, and prints a report in Markdown.
#
# From the environment: EVX, MEASURE (build/measure), PROXY (build/proxy), BENCH_DIR (build/bench; five times the size), RUNS (5), SIZE (1024 MiB of
# random bytes), DELAY (50 ms, in either direction), PARTS ("dir sftp delay s3 again").
#
# Method: the tools take turns, so that a disturbance hits all of them. Each run begins with nothing at its target, with all sources in the page
# cache and nothing waiting for the disk. Both sides make durable what they wrote to a directory; neither does on a server. What the peers upload are
# the packs of the same exhibit. A ratio is that of two runs of one turn; the median of the turns counts. Its spread is the width of the middle half of
# the turns, over the median; above 15 % a ratio is not settled, and that is printed in its place.
set -u
here=$(cd "$(dirname "$0")" && pwd)
remote=$here/../remote
EVX=$(realpath "${EVX:-build/evx}")
MEASURE=$(realpath "${MEASURE:-build/measure}")
PROXY=$(realpath "${PROXY:-build/proxy}")
dir=$(realpath -m "${BENCH_DIR:-build/bench}")/transfer
RUNS=${RUNS:-5}
SIZE=${SIZE:-1024}
DELAY=${DELAY:-50}
PARTS=${PARTS:-dir sftp delay s3 again}
failures=0
proxy=
stub=

stop_store() {
	[ ! -d "$dir/ceph" ] || "$remote/ceph.sh" stop "$dir/ceph"
	[ -z "$stub" ] || kill "$stub"
	stub=
	rm -rf "$dir/ceph" "$dir/s3"
}
say() { printf '%s\n' "$*" >&2; }
end() {
	[ -z "$proxy" ] || kill "$proxy"
	[ ! -d "$dir/sshd" ] || "$remote/sshd.sh" cut "$dir/sshd"
	stop_store
	cd / && rm -rf "$dir"
}
rm -rf "$dir"
mkdir -p "$dir" && cd "$dir" || exit 1
trap end EXIT
trap 'exit 130' INT TERM
export EVX_HOME=$dir/home
unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN

# ---- Preparation ----

person() { EVX_HOME=$dir/$1 "$EVX" id new "$1" --person "$1" --organisation Bench --country AT --no-passphrase >/dev/null && EVX_HOME=$dir/$1 "$EVX" id card "$1" >"$1.card"; }
person home && person lab && person court || exit 1
for card in lab court; do "$EVX" trust add "$card.card" >/dev/null || exit 1; done
say "making an exhibit of $SIZE MiB"
mkdir film && head -c "$((SIZE * 1048576))" /dev/zero |
	openssl enc -aes-256-ctr -nosalt -K "$(printf '%064x' 1)" -iv "$(printf '%032x' 0)" >film/film
"$EVX" seal film -o sealed.evx --case C --exhibit E --self --quiet 2>/dev/null || exit 1
rm -r film
mkdir unpacked && tar -xf sealed.evx -C unpacked && mkdir packs && find unpacked -type f -name '*.pack' -exec mv {} packs/ \; && rm -r unpacked
bytes=$(du -sb --apparent-size packs | cut -f1)
[ "$(ls packs | wc -l)" -ge "$((SIZE / 32))" ] || { say "no packs"; exit 1; }
ls packs | sed 's,.*,put packs/& &,' >batch

# ---- Measuring ----

# run ROW TOOL COMMAND...: one run, after the disk has come to rest.
run() {
	local row=$1 tool=$2 line
	shift 2
	sync
	line=$("$MEASURE" "$@" 3>&1 >"$dir/said" 2>"$dir/err")
	if [ "${line##* }" != 0 ]; then
		failures=$((failures + 1))
		say "FAILED ($line): $*"
		tail -n 5 "$dir/err" >&2
		return 1
	fi
	printf '%s\t%s\t%s\t%s\n' "$row" "$tool" "$round" "${line// /$'\t'}" >>results
}
# send ROW URL: a copy of the exhibit that nobody sent yet goes there.
send() {
	cp sealed.evx x.evx && cat x.evx >/dev/null
	"$EVX" remote remove place --quiet 2>/dev/null
	"$EVX" remote add place "$2" --quiet || exit 1
	run "$1" evx "$EVX" send x.evx --to lab.card --via place --yes --json
}
dir_round() {
	rm -rf stick copy && mkdir stick
	send dir "dir:$dir/stick"
	rm -rf stick && cat sealed.evx >/dev/null
	run dir 'cp + sync' sh -c 'cp sealed.evx copy && sync'
	rm -f copy
}
server() { echo "sftp://127.0.0.1:$1$dir/sshd/root/evx?config=$dir/ssh_config"; }
upload() { # ROW PORT: as sftp(1) does it, which makes durable what it sent only when asked (-f), as evx always does
	rm -rf sshd/root/up && mkdir sshd/root/up
	run "$1" 'sftp -f -b' sftp -q -f -b batch -F ssh_config -P "$2" "127.0.0.1:$dir/sshd/root/up"
	rm -rf sshd/root/up && mkdir sshd/root/up
	[ "$1" = delay ] || run "$1" 'sftp -b' sftp -q -b batch -F ssh_config -P "$2" "127.0.0.1:$dir/sshd/root/up"
	rm -rf sshd/root/up
}
sftp_round() {
	rm -rf sshd/root/evx
	send sftp "$(server "$port")"
	rm -rf sshd/root/evx
	upload sftp "$port"
}
delay_round() {
	rm -rf sshd/root/evx
	send delay "$(server "$(cat line/port)")"
	rm -rf sshd/root/evx
	upload delay "$(cat line/port)"
}
# A new store for each turn: this one keeps all in memory, and what was removed, too, for hours.
s3_round() {
	bucket=$((bucket + 1))
	start_store || return 0
	rclone -q --config rclone.conf mkdir "store:b$bucket-evx" && rclone -q --config rclone.conf mkdir "store:b$bucket-rclone" || return 0
	send s3 "s3://b$bucket-evx?endpoint=$endpoint"
	run s3 rclone rclone -q --config rclone.conf --transfers 4 copy packs "store:b$bucket-rclone"
	stop_store
}
again_round() {
	rm -rf stick && mkdir stick
	send first "dir:$dir/stick"
	cp sealed.evx x.evx
	run again evx "$EVX" send x.evx --to court.card --via place --yes --json
	perl -ne 'print "$1\t$2\n" if /"bytes_sent":"?(\d+).*"parcel":"?(\d+)/' said >>moved
	rm -rf stick
}

start_sshd() {
	mkdir -p sshd line && "$remote/sshd.sh" start "$dir/sshd" || return 1
	port=$(cat sshd/port)
	{ cat sshd/ssh_config && echo "  HostKeyAlias [127.0.0.1]:$port"; } >ssh_config
	"$PROXY" "$dir/line" "$port" &
	proxy=$!
	while [ ! -s line/port ]; do sleep 0.1; done
	echo "delay $DELAY" >line/orders && kill -HUP "$proxy"
	while [ -e line/orders ]; do sleep 0.1; done
}
start_store() {
	stop_store
	if [ -x "$remote/ceph.sh" ] && CEPH_BYTES=$((SIZE * 4194304)) "$remote/ceph.sh" start "$dir/ceph" 2>ceph.err && "$remote/ceph.sh" user "$dir/ceph" bench; then
		engine="Ceph's gateway" endpoint=http://127.0.0.1:$(cat ceph/port)
	else
		mkdir s3
		python3 "$remote/s3_stub.py" "$dir/s3" 2>s3/err &
		stub=$!
		while [ ! -s s3/port ]; do sleep 0.1; done
		engine="the tests' own store" endpoint=http://127.0.0.1:$(cat s3/port)
	fi
	export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=secret
	printf '[store]\ntype = s3\nprovider = Ceph\naccess_key_id = bench\nsecret_access_key = secret\nendpoint = %s\n' "$endpoint" >rclone.conf
}

engine= endpoint= bucket=0 port=
left=
for part in $PARTS; do
	case $part in
	sftp | delay) [ -n "$port" ] || start_sshd || { say "left out: $part (no sshd)"; continue; } ;;
	s3) command -v rclone >/dev/null || { say "left out: $part (no rclone)"; continue; } ;;
	esac
	left="$left $part"
done
: >results && : >moved
for round in $(seq "$RUNS"); do
	for part in $left; do
		say "transfer, run $round of $RUNS: $part"
		"${part}_round"
	done
done
sed -i '/^first\t/d' results

# ---- Report ----

echo "## Transfer of $((bytes / 1000000)) MB in $(ls packs | wc -l) packs"
echo
[ -z "$engine" ] || printf 'The store is %s. ' "$engine"
echo "The delay is $DELAY ms in either direction. $RUNS turns: medians, and the range of the wall time."
echo
perl - results moved "$bytes" "$(nproc)" <<'PERL'
use strict;
use warnings;
my ($results, $moved, $bytes, $cpus) = @ARGV;
my (%runs, @keys);
open my $r, '<', $results or die $!;
while (<$r>) {
	chomp;
	my ($row, $tool, $turn, @n) = split /\t/;
	push @keys, [$row, $tool] unless $runs{$row}{$tool};
	$runs{$row}{$tool}{$turn} = \@n;
}
# A value between those of the sorted list: 0.5 is the median.
sub quantile
{
	my ($q, @v) = @_;
	@v = sort { $a <=> $b } @v;
	my $at = $q * $#v;
	my $low = int $at;
	return $v[$low] + ($low < $#v ? ($at - $low) * ($v[$low + 1] - $v[$low]) : 0);
}
print "| remote | tool | wall s | CPU s | peak MiB | MB/s |\n|---|---|---|---|---|---|\n";
for (@keys) {
	my ($row, $tool) = @$_;
	my @n = values %{ $runs{$row}{$tool} };
	my ($wall, $cpu, $memory) = map { my $i = $_; quantile(0.5, map { $_->[$i] } @n) } 0 .. 2;
	printf "| %s | %s | %.2f (%.2f-%.2f) | %.2f | %.0f | %s |\n", $row, $tool, $wall, (map { my $q = $_; quantile($q, map { $_->[0] } @n) } 0, 1), $cpu,
		$memory / 1024, $row eq 'again' ? '' : sprintf '%.0f', $bytes / 1e6 / $wall;
}
my @aims;
my %peer = (dir => ['cp + sync', 1.2], sftp => ['sftp -f -b', 1], s3 => ['rclone', 1], delay => ['sftp -f -b', 1 / 3]);
for my $row (qw(dir sftp s3 delay)) {
	my ($name, $most) = @{ $peer{$row} };
	my ($mine, $other) = ($runs{$row}{evx}, $runs{$row}{$name});
	next unless $mine && $other;
	my @ratios = map { $mine->{$_}[0] / $other->{$_}[0] } grep { $other->{$_} } keys %$mine;
	my $median = quantile(0.5, @ratios);
	my $spread = @ratios < 3 ? 1 : (quantile(0.75, @ratios) - quantile(0.25, @ratios)) / $median;
	push @aims, ["$row: wall, of $name", $median, $most, $spread > 0.15 ? sprintf('not settled: %.0f %% spread in %d turns', 100 * $spread, scalar @ratios) : ''];
}
open my $m, '<', $moved or die $!;
my @parts = map { chomp; my ($sent, $parcel) = split; ($sent + $parcel) / $bytes } <$m>;
push @aims, ['again: bytes that the second receiver costs, of all', quantile(0.5, @parts), 0.01, ''] if @parts;
my @peaks = map { map { $_->[2] } values %{ $runs{$_}{evx} // {} } } keys %runs;
push @aims, ['peak memory, of 64 MiB + 32 MiB for each processor', quantile(1, @peaks) / 1024 / (64 + 32 * $cpus), 1, ''] if @peaks;
print "\n| what | ratio | at most | |\n|---|---|---|---|\n";
printf "| %s | %.3f | %.3f | %s |\n", @$_[0 .. 2], $_->[3] || ($_->[1] <= $_->[2] ? 'met' : '**missed**') for @aims;
PERL
[ "$failures" -eq 0 ]
