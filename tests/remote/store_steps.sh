# Sourced by the tests in which each request of a shipment over a store fails, or is the last one of a sender or receiver who is killed, after
# tests/remote/store.sh. $PACE is `double`: n = 1, 2, 4 ... for any request, and 1, 2, 3 ... for those that write; or `each`: 1, 2, 3 ... for all.
wrong() { printf 'n=%s (exit %s): %s\n' "$n" "$rc" "$*" >>"$T/wrong"; }
hold() { "$@" >"$T/stage" 2>&1 </dev/null || { wrong "then: $1, exit $?" && head -n 5 "$T/stage" >>"$T/wrong"; }; }
begin() {
	case $1 in
	send) "$EVX" send phone.evx --to "$T/lab.card" --via place --yes --quiet >"$T/stage" 2>&1 </dev/null & ;;
	receive) EVX_HOME=$T/lab "$EVX" receive --via place -o out --accept not-inventoried --yes --quiet >"$T/stage" 2>&1 </dev/null & ;;
	receipts) "$EVX" receipts --via place --quiet >"$T/stage" 2>&1 </dev/null & ;;
	esac
}
ended() { [ -e "$T/s3/held" ] || ! kill -0 $! 2>/dev/null; }
# With HOW hold or held it is killed while the store holds the n-th request: before the store does it, or when it is done.
one() {
	rm -f "$T/s3/held"
	begin "$1"
	case $2 in hold | held)
		wait_for ended
		[ ! -e "$T/s3/held" ] || kill -KILL $!
		;;
	esac
	rc=0
	wait $! 2>/dev/null || rc=$?
	rm -f "$T/s3/held"
}
# steps STAGE HOW METHOD WANTED: the n-th request of METHOD and, with HOW status, all after it; the exit code is one of WANTED.
steps() {
	stage=$1 how=$2 method=$3 wanted=$4
	rm -f "$T/wrong"
	n=-1 reached=yes runs=0
	while [ -n "$reached" ] && [ "$n" -lt 200 ]; do
		if [ "$n" -le 0 ] || [ "$PACE" = each ] || [ "$method" != '*' ]; then n=$((n + 1)); else n=$((2 * n)); fi
		before "$stage"
		case $how in
		status) first="status $method 1000" && order "$first 403 $n" ;;
		*) first="$how $method 1" && order "$first - $n" ;;
		esac
		one "$stage" "$how"
		# An order that was not used has its count still.
		grep -qF "$first " "$T/s3/orders" && reached= || reached=yes
		well
		runs=$((runs + 1))
		case " $wanted " in *" $rc "*) ;; *) [ "$reached,$rc" = ,0 ] || { wrong "exit code" && head -n 5 "$T/stage" >>"$T/wrong"; } ;; esac
		rc=0
		hold "$stage"
		after "$stage"
		has_arrived || wrong "bundles/files $here, record $record, notes $notes"
	done
	[ "$runs" -gt 2 ] || wrong "only $runs runs"
	if [ -s "$T/wrong" ]; then
		fail "$stage, $how at the n-th $method" "$(head -n 40 "$T/wrong")"
	else
		pass "$stage, $how at the n-th $method: $runs runs"
	fi
}
