#!/bin/sh
# The Debian package: complete, the same bytes when made again; in a clean system it installs, works, and leaves nothing when it is removed.
set -u
TOP=$(cd "$(dirname "$0")/../.." && pwd)
cd "$TOP" || exit 1
B=${EVX_BUILD:-$TOP/build}
T=$(mktemp -d "${TMPDIR:-/tmp}/evx-deb.XXXXXX") || exit 1
root=$T/root
trap 'cd /; rm -rf --one-file-system "$T"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL
n=0 failed=0
ok() { # ok TEXT COMMAND...
	n=$((n + 1))
	text=$1
	shift
	if "$@" >"$T/log" 2>&1; then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
		tail -n 30 "$T/log" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}
skip() { n=$((n + 1)); echo "ok $n # SKIP $1"; }
done_testing() { echo "1..$n"; [ "$failed" -eq 0 ]; exit; }
if ! command -v dpkg-shlibdeps >/dev/null 2>&1; then
	echo '1..0 # SKIP dpkg-dev is not installed'
	exit 0
fi

ok 'make deb' make -s deb B="$B"
version=$(cat VERSION)
deb=$(ls "$B"/evx_"${version}"_*.deb)
ok 'it is there' test -s "$deb"
field() { dpkg-deb -f "$deb" "$1"; }
ok 'its version' test "$(field Version)" = "$version"
for needed in libc6 libsodium libarchive libcurl libzstd; do
	ok "it depends on $needed" sh -c "dpkg-deb -f '$deb' Depends | grep -q '$needed[^,]* (>= '"
done
dpkg-deb -c "$deb" >"$T/list"
has() { ok "it has $1" grep -qE " \.$1( |\$)" "$T/list"; }
has /usr/bin/evx
has '/usr/lib/[^/]*/libevx.so.[0-9.]+'
has /usr/include/evx.h
has /usr/share/man/man1/evx.1.gz
has /usr/share/bash-completion/completions/evx
has /usr/share/doc/evx/copyright
has /usr/share/doc/evx/changelog.gz
ok 'everything belongs to root' sh -c "! awk '{ print \$2 }' '$T/list' | grep -v '^root/root\$'"
ok 'nobody else may write to it' sh -c "! grep -E '^.....w|^........w' '$T/list' | grep -v '^l'"
dpkg-deb -R "$deb" "$T/raw"
ok 'its checksums hold' sh -c "cd '$T/raw' && md5sum -c --quiet DEBIAN/md5sums"
ok 'they name every file' test "$(wc -l <"$T/raw/DEBIAN/md5sums")" -eq "$(find "$T/raw/usr" -type f | wc -l)"
ok 'no page refers to one that is not there' sh -c "! find '$T/raw' -xtype l | grep ."
cp "$deb" "$T/first.deb"
ok 'made again' make -s deb B="$B"
ok 'it is the same' cmp "$T/first.deb" "$deb"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | head -n 1)
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null 2>&1 || [ -z "$mirror" ] || [ -z "$codename" ]; then
	skip 'a clean system needs root, debootstrap and a mirror'
	done_testing
fi
# In a mount name space of its own, so that nothing stays mounted.
if ! unshare -m sh -c "debootstrap --variant=minbase '$codename' '$root' '$mirror'" >"$T/debootstrap" 2>&1; then
	tail -n 3 "$T/debootstrap" | sed 's/^/# /'
	skip 'debootstrap cannot make a clean system here'
	done_testing
fi
cp "$deb" "$root/evx.deb"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null
[ ! -d /etc/apt/apt.conf.d ] || cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null
inside() { unshare -m sh -c "mount -t proc proc '$root/proc' && exec chroot '$root' env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive sh -e -c \"\$1\"" sh "$1"; }
inside 'apt-get -q update' >"$T/update" 2>&1
ok 'it installs in a clean system' inside 'apt-get -q -y --no-install-recommends install /evx.deb'
ok 'its state is good' inside 'dpkg -s evx | grep -q "^Status: install ok installed" && test -z "$(dpkg -V evx)"'
ok 'the program runs' inside "test \"\$(evx version)\" = 'evx $version'"
ok 'the shared library is found' inside "ldconfig -p | grep -q 'libevx.so.'"
ok 'it seals, and the bundle is good' inside 'cd /root && mkdir -p phone && echo one >phone/one.txt
	evx id new smith --person "Ann Smith" --organisation Police --country GB --no-passphrase --quiet
	evx seal phone -o phone.evx --case 26-114 --exhibit 7 --self --yes --quiet
	evx verify phone.evx --quiet && evx cat phone.evx phone/one.txt | grep -qx one'
ok 'the readers for others are there' inside 'cd /root && mkdir un && tar -C un -xf phone.evx && evx export un/* --with-reader -o stick --quiet && cd stick && ./evx-reader verify *.evx --quiet --as smith'
ok 'what was changed is bad' inside 'cd /root && printf x | dd of=phone.evx bs=1 seek=5000 conv=notrunc status=none; rc=0; evx verify phone.evx --quiet || rc=$?; test $rc -eq 1'
inside 'dpkg -L evx' >"$T/files" 2>/dev/null
ok 'it is removed' inside 'cd && rm -rf phone* un stick .local && dpkg --purge evx'
left() { while read -r f; do [ ! -e "$root$f" ] || [ -d "$root$f" ] || echo "$f"; done <"$T/files"; find "$root" -xdev -iname '*evx*' -not -path "$root/evx.deb"; }
ok 'and nothing is left' test -z "$(left)"
done_testing
