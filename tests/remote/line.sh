# Sourced by tests/cli/remote-line.t and tests/long/remote-line.t, after tests/cli/lib.sh and tests/remote/remote.sh: a shipment over a real
# sshd, and a bad line before it (proxy.c). Each of the three commands is run again and again, each time with a fault at the n-th piece that
# passes, until one run gets through untouched. After each fault the same command again, and the shipment arrives exactly once.
# $PACE says how n grows: +1 is 1, 2, 3 …; *2 is 1, 2, 4 ….
PROXY=${EVX_BUILD:-$TOP/build}/proxy
[ -x "$PROXY" ] || { echo "1..0 # SKIP $PROXY is not built"; exit 0; }
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || { echo '1..0 # SKIP openssh-server is not installed'; exit 0; }
mkdir "$T/sshd" "$T/line" "$T/got" && "$REMOTE/sshd.sh" start "$T/sshd" || { echo '1..0 # SKIP sshd does not start'; exit 0; }
PLACE=$T/sshd/root/evx
"$PROXY" "$T/line" "$(cat "$T/sshd/port")" 2>"$T/line/err" &
proxy=$!
trap 'kill "$proxy"; "$REMOTE/sshd.sh" cut "$T/sshd"; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
wait_for test -s "$T/line/port" || exit 1
cat "$T/sshd/ssh_config" - >"$T/line/ssh_config" <<END
  HostKeyAlias [127.0.0.1]:$(cat "$T/sshd/port")
END
LINE="sftp://127.0.0.1:$(cat "$T/line/port")$PLACE?config=$T/line/ssh_config"

# line ORDERS: from now on, it does that (proxy.c).
line() {
	printf '%s\n' "$1" >"$T/line/.orders" && mv "$T/line/.orders" "$T/line/orders" && kill -HUP "$proxy"
	wait_for [ ! -e "$T/line/orders" ] || exit 1
}
fired() { [ -e "$T/line/fault" ]; }
# has_pid COMMAND...: its process is in $T/line/pid.
has_pid() { sh -c 'echo $$ >"$0"; exec "$@"' "$T/line/pid" "$@" 2>/dev/null; }

# ---- One shipment ----

people
mkdir src && head -c 300000 /dev/urandom >src/a
"$EVX" seal src -o "$T/phone.evx" --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
at lab "$EVX" trust add "$T/officer.card" >/dev/null && at officer "$EVX" trust add "$T/lab.card" >/dev/null || exit 1
for h in officer lab; do
	at $h "$EVX" remote add place "$LINE" >/dev/null || exit 1
	cp -r "$T/$h" "$T/$h.was"
done
kinds() { "$EVX" log "$1" | sed -n 's/^0[0-9]*  .*UTC  \([a-z-]*\).*/\1/p' | tr '\n' ' '; }
# Both homes, the bundle, what was received and what stands on the server: at the beginning, when it was sent, when it was received.
begin() {
	rm -rf "$T/officer" "$T/lab" "$T/got" "$PLACE" && mkdir "$T/got" && cp "$T/phone.evx" phone.evx && cp -r "$T/officer.was" "$T/officer" &&
		cp -r "$T/lab.was" "$T/lab" || exit 1
}
save() {
	mkdir "$T/$1"
	cp -a phone.evx "$T/officer" "$T/lab" "$T/got" "$T/$1/" && { [ ! -e "$PLACE" ] || cp -a "$PLACE" "$T/$1/place"; } || exit 1
}
load() {
	line ''
	rm -rf "$T/officer" "$T/lab" "$T/got" "$PLACE" phone.evx
	cp -a "$T/$1/phone.evx" . && cp -a "$T/$1/officer" "$T/$1/lab" "$T/$1/got" "$T/" && { [ ! -e "$T/$1/place" ] || cp -a "$T/$1/place" "$PLACE"; } || exit 1
}
send() { "$@" "$EVX" send phone.evx --to "$T/lab.card" --via place --yes --quiet; }
receive() { EVX_HOME=$T/lab "$@" "$EVX" receive --via place -o "$T/got" --accept not-inventoried --yes --quiet; }
receipts() { "$@" "$EVX" receipts --via place --quiet; }
begin && save fresh && send env && save sent && receive env && save received || exit 1

wrong() { printf 'n=%s (exit %s): %s\n' "$n" "$rc" "$*" >>"$T/wrong"; }
hold() {
	text=$1
	shift
	"$@" >"$T/held" 2>&1 </dev/null || { wrong "$text"; head -n 5 "$T/held" >>"$T/wrong"; }
}
arrived() {
	hold 'the answer does not come' receipts env
	[ "$(ls "$T/got"/*.evx 2>/dev/null | wc -l)" = 1 ] || wrong "arrived: $(ls -A "$T/got")"
	hold 'the bundles differ' cmp phone.evx "$T/got"/*.evx
	[ "$(kinds phone.evx)" = 'seal rewrap release accept ' ] || wrong "the record: $(kinds phone.evx)"
	[ -z "$(ls -A "$T/got" | grep -v '\.evx$')" ] || wrong "left in the target: $(ls -A "$T/got")"
	[ -z "$(ls "$T/officer/sent" "$T/lab/sent" | grep '^spool-')" ] || wrong 'a spool was left'
	[ -z "$(ls "$TMPDIR")" ] || { wrong "temporary files: $(ls "$TMPDIR")"; rm -rf "$TMPDIR"/*; }
	# A command that ended before it put its note leaves a parcel that no note names: the next one encrypts another (shipment.md).
	parcels=$(find "$PLACE/parcels" -type f ! -name '*.part-*' | wc -l)
	[ "$(find "$PLACE/packs" -type f ! -name '*.part-*' | wc -l)" = 1 ] && { [ "$parcels" = 2 ] || { [ "$parcels" = 3 ] && [ "$rc" -ne 0 ]; }; } ||
		wrong "objects: $(find "$PLACE" -type f)"
	at lab "$EVX" inbox --via place >"$T/inbox" 2>&1 || wrong "the inbox: $(cat "$T/inbox")"
	! grep -q '  new' "$T/inbox" || wrong 'a shipment waits still'
}
again_send() { hold 'the same send again' send env; hold 'receiving' receive env; arrived; }
again_receive() { hold 'the same receive again' receive env; arrived; }
again_receipts() { arrived; }

# steps COMMAND WHAT ORDER CODES: with ORDER at the n-th piece; CODES: how a run may end in which the fault happened.
steps() {
	command=$1 what=$2 order=$3 codes=$4
	case $command in send) before=fresh ;; receive) before=sent ;; receipts) before=received ;; esac
	case $codes in *137*) may_die=137 ;; esac
	rm -f "$T/wrong"
	n=0 runs=0 rc=0
	while [ "$n" -lt 5000 ]; do
		if [ "$n" -eq 0 ]; then n=1; else n=$((n $PACE)); fi
		load $before
		line "cut $n $order"
		run "$command" has_pid
		runs=$((runs + 1))
		fired || break
		line ''
		# A process of one that was killed may take a moment to be gone; the next command sweeps a spool that nobody holds any more.
		for spool in "$T/officer/sent"/spool-* "$T/lab/sent"/spool-*; do
			[ ! -d "$spool" ] || flock -w 20 "$spool" true || :
		done
		case " $codes " in *" $rc "*) ;; *) wrong "expected exit $codes"; head -n 5 "$T/err" >>"$T/wrong" ;; esac
		again_$command
	done
	[ "$rc" -eq 0 ] || wrong 'the run without a fault failed'
	again_$command
	may_die=
	[ "$runs" -gt 3 ] || wrong "only $runs runs: too little passes"
	if [ -s "$T/wrong" ]; then
		fail "$command, $what at the n-th piece" "$(head -n 40 "$T/wrong")"
	else
		pass "$command, $what at the n-th piece: $runs runs"
	fi
}
cut_at() { steps "$1" 'the line is cut' reset '0 3'; }
killed_at() { steps "$1" 'killed' "run kill -KILL \$(cat '$T/line/pid')" '0 137'; }
dropped_at() { steps "$1" 'the server kills its process' "run '$REMOTE/sshd.sh' drop '$T/sshd'" '0 3'; }
