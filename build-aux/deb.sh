#!/bin/sh
# usage: deb.sh MAKE BUILD    Makes BUILD/evx_VERSION_ARCH.deb, a package for the Debian or Ubuntu that it is made on: program, library, header,
# manual pages and completions. The packages that it depends on are those whose libraries it was linked with.
set -eu
make=$1 build=$2
for tool in dpkg-deb dpkg-shlibdeps dpkg-architecture; do
	command -v $tool >/dev/null 2>&1 || {
		echo "deb: $tool is missing; install dpkg-dev" >&2
		exit 1
	}
done
version=$(cat VERSION) arch=$(dpkg-architecture -qDEB_HOST_ARCH) triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
# The time in the package is that of the source, so that the same source gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH
work=$build/deb root=$build/deb/root
rm -rf "$work"
mkdir -p "$root/DEBIAN" "$work/debian"
umask 022

$make --no-print-directory -s install B="$build" DESTDIR="$(cd "$root" && pwd)" PREFIX=/usr LIBDIR="/usr/lib/$triplet" MANDIR=/usr/share/man
strip --strip-unneeded -R .comment -R .note "$root"/usr/bin/* "$root/usr/lib/$triplet/libevx.so.$version"
strip --strip-debug --enable-deterministic-archives "$root/usr/lib/$triplet/libevx.a"
doc=$root/usr/share/doc/evx
mv "$doc/LICENSE" "$work/LICENSE"
find "$root/usr/share/man" -type f -exec gzip -9n {} +
# A page that only names another one says so with the name that it has now.
find "$root/usr/share/man" -name '*.gz' | while read -r page; do
	target=$(zcat "$page" | sed -n '1s/^\.so \(man[1-9]\/[^ ]*\)$/\1/p')
	[ -z "$target" ] || { rm "$page" && ln -s "../$target.gz" "$page"; }
done

{
	echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
	echo 'Upstream-Name: evx'
	echo
	echo 'Files: *'
	sed -n 's/^Copyright (c) /Copyright: /p' "$work/LICENSE"
	echo 'License: BSD-2-Clause'
	sed -n '/^Redistribution/,$p' "$work/LICENSE" | sed 's/^$/./; s/^/ /'
} >"$doc/copyright"
{
	echo "evx ($version) unstable; urgency=medium"
	echo
	echo '  * What users notice stands in CHANGELOG.md of the source.'
	echo
	echo " -- The evx authors <evx@localhost>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$doc/changelog.gz"

# dpkg-shlibdeps wants a source package around it.
printf 'Source: evx\n\nPackage: evx\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O -e root/usr/bin/evx -e root/usr/bin/evx-paper -e "root/usr/lib/$triplet/libevx.so.$version" 2>shlibdeps.log) || {
	cat "$work/shlibdeps.log" >&2
	exit 1
}
find "$root" -mindepth 1 -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
echo 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
cat >"$root/DEBIAN/control" <<END
Package: evx
Version: $version
Architecture: $arch
Maintainer: The evx authors <evx@localhost>
Installed-Size: $(du -k -s --apparent-size "$root/usr" | cut -f 1)
Depends: ${depends#shlibs:Depends=}
Recommends: openssh-client, fonts-noto-core
Suggests: age, zstd
Section: utils
Priority: optional
Description: secure vault for digital evidence
 evx seals files, directories and devices so that anyone can check them, only
 the right people can open them, and every hand that they pass through signs
 for them. The bundles can be checked without evx: they are tar files that
 sha256sum, ssh-keygen, age and zstd read.
END
chmod -R u+rwX,go+rX,go-w "$root"
dpkg-deb --build --root-owner-group -Zxz -z3 "$root" "$build/evx_${version}_$arch.deb" >/dev/null
echo "$build/evx_${version}_$arch.deb"
