#!/bin/sh
# usage: deps.sh [--build]    Installs what building and testing evx needs on Debian 12, Debian 13 and Ubuntu 24.04; with --build only what building
# needs. Does nothing, and says so, when all of it is there. Other systems: CONTRIBUTING.md has the names of their packages.
set -eu

build='gcc make pkg-config libc6-dev gettext
	libsodium-dev libssl-dev libzstd-dev libarchive-dev libjansson-dev libicu-dev libsqlite3-dev libcurl4-openssl-dev libqrencode-dev
	libcairo2-dev libpango1.0-dev libzbar-dev fonts-noto-core'
tests='clang clang-format clang-tidy cppcheck libcmocka-dev zlib1g-dev
	age zstd openssh-client openssh-server git-annex-remote-rclone rclone radosgw ceph-mon ceph-osd curl openssl mandoc attr acl perl python3 python3-cryptography python3-jsonschema jq e2fsprogs strace tar coreutils zsh fish libxml2-utils sleuthkit mtree-netbsd libarchive-tools unzip nodejs chromium poppler-utils dpkg-dev debootstrap'

case ${1-} in
'') packages="$build $tests" ;;
--build) packages=$build ;;
*)
	echo "usage: deps.sh [--build]" >&2
	exit 2
	;;
esac

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
	echo "deps: this is not a Debian system; install the counterparts of:" $packages >&2
	echo "deps: CONTRIBUTING.md has their names on Fedora and Alpine" >&2
	exit 1
fi

# The runtime of clang's sanitizers has the number of the clang that the system calls clang: 14 on Debian 12, 19 on Debian 13, 18 on Ubuntu 24.04.
runtime() {
	number=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	[ -z "$number" ] || echo "libclang-rt-$number-dev"
}
find_missing() {
	missing=
	for p in $packages $([ "${1-}" = --build ] || runtime); do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || status=
		[ "$status" = installed ] || missing="$missing $p"
	done
}

# axe-core is no package of Debian. Without npm, or without its registry, the test that asks it is skipped.
axe() {
	prefix=$(dirname "$0")/../build/npm
	[ "${1-}" != --build ] && [ ! -f "$prefix/node_modules/axe-core/axe.min.js" ] && command -v npm >/dev/null 2>&1 || return 0
	mkdir -p "$prefix"
	npm install --silent --no-audit --no-fund --prefix "$prefix" axe-core@4.10.2 >/dev/null 2>&1 && echo "deps: installed axe-core" ||
		echo "deps: axe-core could not be installed; the test of accessible pages will be skipped"
}

find_missing "${1-}"
if [ -z "$missing" ]; then
	axe "${1-}"
	echo "deps: everything is installed"
	exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "deps: not root and no sudo; as root, run: apt-get install$missing" >&2
	exit 1
fi
$as_root apt-get -q -o Acquire::Retries=3 update
find_missing "${1-}" # only now the number of clang may be known
echo "deps: installing$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends $missing
echo "deps: installed$missing"
axe "${1-}"
