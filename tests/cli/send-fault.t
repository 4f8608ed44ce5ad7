#!/bin/sh
# Shipments whose sender or receiver is killed, or whose disk fails, at the n-th writing call: the same command again, and the shipment arrives
# exactly once, with one release and one acceptance (tests/fault/README.md).
. "$(dirname "$0")/lib.sh"
PACE=double
. "$TOP/tests/fault/fault.sh"
people
mkdir src && head -c 100000 /dev/urandom >src/a
"$EVX" seal src -o "$T/phone.evx" --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
at lab "$EVX" trust add "$T/officer.card" >/dev/null
at officer "$EVX" trust add "$T/lab.card" >/dev/null
for h in officer lab; do cp -r "$T/$h" "$T/$h.was"; done
kinds() { "$EVX" log "$1" | sed -n 's/^0[0-9]*  .*UTC  \([a-z-]*\).*/\1/p' | tr '\n' ' '; }

# Everything that counts stands below $F: both homes, the bundle, and what is received. The stick is written to by a process of its own.
fresh() {
	rm -rf "$T/stick"
	mkdir "$T/stick" "$F/out" && cp "$T/phone.evx" "$F/" && cp -r "$T/officer.was" "$F/officer" && cp -r "$T/lab.was" "$F/lab" || exit 1
	for h in officer lab; do EVX_HOME=$F/$h "$EVX" remote add stick "dir:$T/stick" >/dev/null || exit 1; done
}
sender() { EVX_HOME=$F/officer "$EVX" "$@"; }
receiver() { EVX_HOME=$F/lab "$EVX" "$@"; }
send() { sender send "$F/phone.evx" --to "$T/lab.card" --via stick --yes --quiet; }
receive() { receiver receive --via stick -o "$F/out" --accept not-inventoried --yes --quiet; }
arrived() {
	hold 'the receipts come' sender receipts --quiet
	is_one=$(ls "$F/out"/*.evx 2>/dev/null | wc -l)
	[ "$is_one" = 1 ] || wrong "$is_one bundles arrived"
	hold 'both have the same' cmp "$F/phone.evx" "$F/out"/*.evx
	[ "$(EVX_HOME=$F/officer kinds "$F/phone.evx")" = 'seal rewrap release accept ' ] || wrong "the record: $(EVX_HOME=$F/officer kinds "$F/phone.evx")"
	notes=$(find "$T/stick/inbox" -type f ! -name '*.part-*' | wc -l)
	[ "$notes" = 2 ] || wrong "$notes notes: one for the shipment, one for its answer"
	[ "$(find "$T/stick" -name '*.part-*' | wc -l)" -le 2 ] || wrong 'many parts were left'
	[ -z "$(ls -A "$F/out" | grep -v '\.evx$')" ] || wrong "left behind: $(ls -A "$F/out")"
	[ -z "$(ls "$F/officer/sent" "$F/lab/sent" | grep '^spool-')" ] || wrong 'a spool was left'
	receiver inbox --via stick >"$T/inbox" 2>&1 || wrong "the inbox: $(cat "$T/inbox")"
	! grep -q '  new' "$T/inbox" || wrong 'a shipment waits still'
}
after_send() {
	hold 'the same send again' send
	hold 'it is received' receive
	arrived
}
sent() { fresh && send || exit 1; }
after_receive() {
	hold 'the same receive again' receive
	arrived
}
received() { sent && receive || exit 1; }
after_receipts() { arrived; }

for how in KILL EIO; do
	EVX_HOME=$F/officer steps 'send' $how fresh after_send "$EVX" send "$F/phone.evx" --to "$T/lab.card" --via stick --yes --quiet
	EVX_HOME=$F/lab steps 'receive' $how sent after_receive "$EVX" receive --via stick -o "$F/out" --accept not-inventoried --yes --quiet
	EVX_HOME=$F/officer steps 'receipts' $how received after_receipts "$EVX" receipts --quiet
done
done_testing
