# Sourced by the tests of shipments over a store that fails, after tests/remote/remote.sh: the stub as the store, and a shipment that is sent,
# received and answered over it, each time anew.
command -v python3 >/dev/null || { echo '1..0 # SKIP python3 is not installed'; exit 0; }
people
mkdir src && head -c 100000 /dev/urandom >src/a
"$EVX" seal src -o "$T/phone.evx" --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
at lab "$EVX" trust add "$T/officer.card" --quiet
at officer "$EVX" trust add "$T/lab.card" --quiet
for h in officer lab; do cp -r "$T/$h" "$T/$h.was"; done
mkdir "$T/s3"
python3 "$REMOTE/s3_stub.py" "$T/s3" 2>"$T/s3/err" &
stub=$!
trap 'kill $stub; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
wait_for test -s "$T/s3/port" || { echo '1..0 # SKIP the store does not start'; exit 0; }
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
order() { printf '%s\n' "$@" >"$T/s3/orders"; }
# nothing waits to be done wrong any more, and what was wrong for ever is not
well() { order 'late * 1 0' 'writeonly * 1 0' 'back * 1 0' 'few * 1 0' 'turn * 1 0'; }
kinds() { "$EVX" log "$1" | sed -n 's/^0[0-9]*  .*UTC  \([a-z-]*\).*/\1/p' | tr '\n' ' '; }

run=0 stage=
store() { echo "s3://box/p$run?endpoint=http://127.0.0.1:$(cat "$T/s3/port")"; }
fresh() {
	run=$((run + 1))
	rm -rf out "$T/officer" "$T/lab" && mkdir out && cp "$T/phone.evx" phone.evx
	for h in officer lab; do cp -r "$T/$h.was" "$T/$h" && at $h "$EVX" remote add place "$(store)" --quiet; done
}
send() { "$EVX" send phone.evx --to "$T/lab.card" --via place --yes --quiet; }
receive() { at lab "$EVX" receive --via place -o out --accept not-inventoried --yes --quiet; }
receipts() { "$EVX" receipts --via place --quiet; }
# has_arrived: exactly once, with one note of the sender and one answer.
has_arrived() {
	here=$(ls out/*.evx | wc -l)/$(ls -A out | wc -l) record=$(kinds phone.evx) notes=$(tool "$(store)" list inbox | wc -l)
	[ "$here" = 1/1 ] && cmp -s phone.evx out/*.evx && [ "$record" = 'seal rewrap release accept ' ] &&
		[ "$notes" = 2 ] && ! at lab "$EVX" inbox --via place | grep -q '  new'
}
arrived() {
	if has_arrived; then
		pass "$1; it arrives exactly once"
	else
		fail "$1; it arrives exactly once" "bundles/files: $here" "record: $record" "notes: $notes" "$(cmp phone.evx out/*.evx 2>&1)"
	fi
}
# before STAGE: anew, up to that stage. after STAGE: what comes after it.
before() {
	fresh
	case $1 in receive) send ;; receipts) send && receive ;; esac >"$T/stage" 2>&1 || { fail "before $1" "$(cat "$T/stage")"; done_testing; }
}
after() {
	case $1 in send) hold receive && hold receipts ;; receive) hold receipts ;; esac
}
hold() { "$@" >"$T/stage" 2>&1 </dev/null || fail "then: $1" "exit $?" "$(head -n 5 "$T/stage")"; }

# fault STAGE CODE NAME ORDER...: the stage with these orders ends with CODE; then the same command again, and all the rest.
fault() {
	stage=$1 wanted=$2 fault=$3
	shift 3
	before "$stage"
	order "$@"
	code "$wanted" "$stage: $fault" "$stage"
	cp "$T/err" "$T/said"
	well
	code 0 "$stage: $fault; the same again" "$stage"
	after "$stage"
	arrived "$stage: $fault"
}
said() { if grep -q -e "$1" "$T/said"; then pass "$2"; else fail "$2" "no \"$1\" on stderr:" "$(head -n 20 "$T/said")"; fi; }

