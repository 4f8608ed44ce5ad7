#!/bin/sh
# Shipments over servers, stores and programs: the same three commands, and what goes wrong on the way.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/remote/remote.sh"
people
for h in officer lab; do cp -r "$T/$h" "$T/$h.was"; done
mkdir src && head -c 40000000 /dev/urandom >src/film && echo one >src/one
"$EVX" seal src -o "$T/phone.evx" --case C-1 --exhibit 1 --self --quiet 2>/dev/null || exit 1
sshd_dirs=
trap 'for d in $sshd_dirs; do "$REMOTE/sshd.sh" stop "$d"; done; kill ${stub:-} 2>/dev/null; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT

# fresh URL: both homes and the bundle anew; both know the remote, and each other.
fresh() {
	rm -rf out "$T/officer" "$T/lab" && mkdir out && cp "$T/phone.evx" phone.evx
	for h in officer lab; do cp -r "$T/$h.was" "$T/$h" && at $h "$EVX" remote add place "$1" >/dev/null; done
	at lab "$EVX" trust add "$T/officer.card" >/dev/null && at officer "$EVX" trust add "$T/lab.card" >/dev/null
}
send() { "$EVX" send phone.evx --to "$T/lab.card" --via place --yes --quiet "$@"; }
receive() { at lab "$EVX" receive --via place -o out --accept not-inventoried --yes --quiet; }
# there_and_back NAME: all three commands, then both have the same.
there_and_back() {
	code 0 "$1: received" receive
	code 0 "$1: the answer" "$EVX" receipts
	out_has 'accepted (new)' "$1: is the acceptance"
	ok "$1: both have the same bundle" cmp phone.evx out/*.evx
}
whole() {
	fresh "$2"
	code 0 "$1: sent" send
	code 0 "$1: sent again" send
	there_and_back "$1"
}

# A server.
if command -v sshd >/dev/null || [ -x /usr/sbin/sshd ]; then
	mkdir "$T/sshd" && sshd_dirs=$T/sshd
	if "$REMOTE/sshd.sh" start "$T/sshd"; then
		server="sftp://127.0.0.1:$(cat "$T/sshd/port")$T/sshd/root/evx?config=$T/sshd/ssh_config"
		whole 'a server' "$server"
		# One on which nothing can be changed.
		mkdir "$T/keep" && sshd_dirs="$sshd_dirs $T/keep" && "$REMOTE/sshd.sh" start "$T/keep" keep
		whole 'a server that keeps all' "sftp://127.0.0.1:$(cat "$T/keep/port")$T/keep/root/evx?config=$T/keep/ssh_config"
		# It stops while packs go, and comes back.
		fresh "$server" && rm -rf "$T/sshd/root/evx"
		"$EVX" send phone.evx --to "$T/lab.card" --via place --yes --quiet --limit-rate 4M >"$T/first" 2>&1 &
		pid=$!
		wait_for sh -c "find '$T/sshd/root/evx/packs' -type f 2>/dev/null | grep -q ."
		"$REMOTE/sshd.sh" cut "$T/sshd"
		wait $pid
		is "$?" 3 'a server that goes away: exit 3'
		is "$("$EVX" log phone.evx | grep -c '^0')" 1 'a server that goes away: nothing was signed'
		"$REMOTE/sshd.sh" start "$T/sshd"
		server="sftp://127.0.0.1:$(cat "$T/sshd/port")$T/sshd/root/evx?config=$T/sshd/ssh_config"
		for h in officer lab; do at $h "$EVX" remote remove place --quiet && at $h "$EVX" remote add place "$server" --quiet; done
		code 0 'when it is back: the same send' send
		there_and_back 'when it is back'
	else
		skip 'sshd does not start'
	fi
else
	skip 'openssh-server is not installed'
fi

# A store.
if command -v python3 >/dev/null; then
	mkdir "$T/s3"
	python3 "$REMOTE/s3_stub.py" "$T/s3" 2>"$T/s3/err" &
	stub=$!
	wait_for test -s "$T/s3/port"
	export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
	bucket=0
	store() { echo "s3://box/p$bucket?endpoint=http://127.0.0.1:$(cat "$T/s3/port")"; }
	order() { printf '%s\n' "$@" >"$T/s3/orders"; }
	whole 'a store' "$(store)"
	# What passes by itself.
	for o in 'status PUT 3 503:0' 'status * 5 429:0' 'cut PUT 4' 'wrong PUT 0' 'late * 1 1200'; do
		bucket=$((bucket + 1))
		fresh "$(store)"
		order "$o"
		code 0 "a store with '$o'" send
		there_and_back "a store with '$o'"
		rm -f "$T/s3/orders" && order 'late * 1 0'
	done
	# What does not: the same command again.
	bucket=$((bucket + 1))
	fresh "$(store)"
	order 'status PUT 200 403'
	code 3 'a store that does not let us in' send
	is "$("$EVX" log phone.evx | grep -c '^0')" 1 'and nothing was signed'
	rm "$T/s3/orders"
	code 0 'when it does' send
	there_and_back 'a store that lets us in'
	bucket=$((bucket + 1))
	fresh "$(store)"
	order 'writeonly'
	code 3 'a store that can be written and not read' send
	err_has 'could not make sure that the shipment arrived' 'is not enough'
	is "$("$EVX" log phone.evx | grep -c '^0')" 1 'and nothing was signed'
	rm "$T/s3/orders"
	ok 'no key is told' not grep -qe secret "$T/err" "$T/out"
	kill $stub
else
	skip 'python3 is not installed'
fi

# A program, which has no lists.
mkdir "$T/store"
whole 'a program' "exec:$REMOTE/external.sh?store=$T/store&mode=plain"
done_testing
