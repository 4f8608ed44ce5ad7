#!/bin/sh
# Installs what building and testing evx needs on Debian 12. Does nothing, and says so, when all of it is there.
set -eu

packages='gcc clang clang-format clang-tidy cppcheck make pkg-config libc6-dev libclang-rt-14-dev
	libsodium-dev libssl-dev libzstd-dev libarchive-dev libjansson-dev libicu-dev libsqlite3-dev libcurl4-openssl-dev libcmocka-dev zlib1g-dev
	age zstd openssh-client openssh-server git-annex-remote-rclone rclone openssl mandoc attr acl perl python3 python3-cryptography jq e2fsprogs strace tar coreutils'

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
	echo "deps: this is not a Debian system; install the counterparts of:" $packages >&2
	exit 1
fi

missing=
for p in $packages; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || status=
	[ "$status" = installed ] || missing="$missing $p"
done
if [ -z "$missing" ]; then
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
echo "deps: installing$missing"
$as_root apt-get -q -o Acquire::Retries=3 update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends $missing
echo "deps: installed$missing"
