#!/bin/sh
# An object store of Ceph's on the loopback, for tests: a monitor, one OSD that keeps all in memory, and two gateways that speak S3.
#   ceph.sh start DIR          starts it; DIR gets port and port2 (of the gateways) and all that the programs write; there is room for
#                              $CEPH_BYTES (1 GiB)
#   ceph.sh user DIR NAME...   makes users; the access key of each is NAME, the secret key is "secret"
#   ceph.sh stop DIR           stops it
# Nobody has to log in to monitor and OSD: they hold nothing but the test's own objects.
set -eu
dir=$2
# What they hold is not worth the seconds that they take to end by themselves.
stop() {
	for p in rgw2 rgw osd mon; do
		[ ! -f "$dir/$p.pid" ] || kill -KILL "$(cat "$dir/$p.pid")" 2>/dev/null || :
		rm -f "$dir/$p.pid"
	done
}
# runs NAME PROGRAM...: in the background
runs() {
	name=$1
	shift
	"$@" -f -c "$dir/ceph.conf" >"$dir/$name.out" 2>&1 </dev/null &
	echo $! >"$dir/$name.pid"
}
lives() { kill -0 "$(cat "$dir/$1.pid")" 2>/dev/null; }
# answers GATEWAY PORT: waits a minute for it, while all of them live
answers() {
	i=0
	while [ "$i" -lt 600 ] && lives "$1" && lives osd && lives mon; do
		i=$((i + 1))
		! python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "http://127.0.0.1:$2/" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}
free_ports() { python3 -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "abc"]; print(*(x.getsockname()[1] for x in s))'; }

case $1 in
stop)
	stop
	exit 0
	;;
user)
	shift 2
	for name; do
		timeout 60 radosgw-admin -c "$dir/ceph.conf" user create --uid="$name" --display-name="$name" --access-key="$name" --secret-key=secret \
			>"$dir/user.out" 2>&1 || { cat "$dir/user.out" >&2; exit 1; }
	done
	exit 0
	;;
esac
for p in radosgw radosgw-admin ceph ceph-mon ceph-osd monmaptool python3; do
	command -v "$p" >/dev/null || { echo "$p is not installed" >&2; exit 1; }
done
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
for try in 1 2 3; do
	ports=$(free_ports)
	set -- $ports
	fsid=$(cat /proc/sys/kernel/random/uuid) osd=$(cat /proc/sys/kernel/random/uuid)
	rm -rf "$dir/mon" "$dir/osd" "$dir/monmap" && mkdir "$dir/mon" "$dir/osd"
	# One copy of each object. A change to the map of the store waits a twentieth of a second for others, not a whole one.
	cat >"$dir/ceph.conf" <<-END
		[global]
		fsid = $fsid
		mon host = v2:127.0.0.1:$1/0
		public addr = 127.0.0.1
		cluster addr = 127.0.0.1
		auth cluster required = none
		auth service required = none
		auth client required = none
		ms mon client mode = crc
		run dir = $dir
		crash dir = $dir/crash
		mon data = $dir/mon
		osd data = $dir/osd
		rgw data = $dir/rgw
		log file = $dir/\$name.log
		mon cluster log to file = false
		admin socket =
		pid file =
		paxos propose interval = 0.05
		paxos min wait = 0.01
		mon allow pool size one = true
		mon data avail warn = 0
		mon data avail crit = 0
		osd objectstore = memstore
		memstore device bytes = ${CEPH_BYTES:-1073741824}
		osd crush chooseleaf type = 0
		osd pool default size = 1
		osd pool default min size = 1
		osd pool default pg num = 1
		osd pool default pg autoscale mode = off
		rgw rados pool pg num min = 1
	END
	{
		monmaptool --create --add a "127.0.0.1:$1" --fsid "$fsid" "$dir/monmap"
		ceph-mon --mkfs -i a --monmap "$dir/monmap" -c "$dir/ceph.conf"
	} >"$dir/mkfs.out" 2>&1
	runs mon ceph-mon -i a
	if timeout 30 ceph -c "$dir/ceph.conf" osd new "$osd" >>"$dir/mkfs.out" 2>&1 && lives mon &&
		ceph-osd -i 0 --mkfs --osd-uuid "$osd" -c "$dir/ceph.conf" >>"$dir/mkfs.out" 2>&1; then
		runs osd ceph-osd -i 0
		runs rgw radosgw -n client.rgw --rgw-frontends="beast endpoint=127.0.0.1:$2"
		# The first one makes what both need.
		if answers rgw "$2"; then
			runs rgw2 radosgw -n client.rgw2 --rgw-frontends="beast endpoint=127.0.0.1:$3"
			if answers rgw2 "$3"; then
				echo "$2" >"$dir/port"
				echo "$3" >"$dir/port2"
				exit 0
			fi
		fi
	fi
	stop
done
echo "Ceph did not start" >&2
tail -n 5 "$dir"/*.out "$dir"/*.log >&2
exit 1
