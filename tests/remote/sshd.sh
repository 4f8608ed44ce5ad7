#!/bin/sh
# An SFTP server of OpenSSH's on the loopback, for tests.
#   sshd.sh start DIR [KIND]    starts it; DIR gets ssh_config (for `?config=`), port, pid and root/, which it serves.
#                                   KIND keep: what was uploaded cannot be changed, renamed or removed; few: two connections at a time;
#                                   without=LIST: refuses these requests of SFTP; media=WHAT: on such a disk (tests/fault/media.c)
#   sshd.sh stop DIR                stops it; connections that are open go on
#   sshd.sh cut DIR                 stops it and its connections
#   sshd.sh drop DIR                kills its connections; it goes on
set -eu
dir=$2
case $1 in
stop)
	[ ! -f "$dir/pid" ] || kill "$(cat "$dir/pid")" 2>/dev/null || :
	exit 0
	;;
cut | drop)
	all=$(cat "$dir/pid") last=
	while [ "$all" != "$last" ]; do
		last=$all
		all=$(ps -e -o pid= -o ppid= | awk -v all="$all" 'BEGIN { n = split(all, a, " "); for (i = 1; i <= n; i++) in_all[a[i]] = 1 }
			{ p[$1] = $2 } END { for (x in p) if (x in in_all || p[x] in in_all) print x }' | sort -n | tr '\n' ' ')
	done
	for p in $all; do
		[ "$1" = drop ] && [ "$p" = "$(cat "$dir/pid")" ] || kill -KILL "$p" 2>/dev/null || :
	done
	exit 0
	;;
esac
sshd=$(command -v sshd || echo /usr/sbin/sshd)
[ -x "$sshd" ] || { echo "sshd is not installed" >&2; exit 1; }
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
mkdir -p "$dir/root"
[ -f "$dir/key" ] || { ssh-keygen -q -t ed25519 -N '' -f "$dir/host" && ssh-keygen -q -t ed25519 -N '' -f "$dir/key"; }
subsystem=internal-sftp more=
case ${3:-} in
keep) subsystem='internal-sftp -P remove,rename,posix-rename,setstat,fsetstat,symlink,hardlink' ;;
few) more='MaxStartups 1:100:1' ;;
without=*) subsystem="internal-sftp -P ${3#*=}" ;;
media=*) subsystem="/usr/bin/env LD_PRELOAD=$EVX_BUILD/fault/media.so MEDIA=${3#*=} /usr/lib/openssh/sftp-server" ;;
esac
for try in 1 2 3 4 5 6 7 8; do
	port=$(awk -v seed="$$$try" 'BEGIN { srand(seed); print 20000 + int(rand() * 40000) }')
	cat >"$dir/sshd_config" <<-END
		Port $port
		ListenAddress 127.0.0.1
		HostKey $dir/host
		AuthorizedKeysFile $dir/key.pub
		PidFile none
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin prohibit-password
		Subsystem sftp $subsystem
		$more
	END
	"$sshd" -D -e -f "$dir/sshd_config" >>"$dir/log" 2>&1 </dev/null &
	pid=$!
	for wait in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		kill -0 "$pid" 2>/dev/null || break
		if ssh-keyscan -t ed25519 -p "$port" 127.0.0.1 >"$dir/known_hosts" 2>/dev/null && [ -s "$dir/known_hosts" ]; then
			echo "$pid" >"$dir/pid"
			echo "$port" >"$dir/port"
			cat >"$dir/ssh_config" <<-END
				Host *
				  IdentityFile $dir/key
				  IdentitiesOnly yes
				  UserKnownHostsFile $dir/known_hosts
			END
			exit 0
		fi
		sleep 0.1
	done
	kill "$pid" 2>/dev/null || :
done
echo "sshd did not start" >&2
exit 1
