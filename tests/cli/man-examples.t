#!/bin/sh
# Every command line in the EXAMPLES of the manual pages works as it stands.
. "$(dirname "$0")/lib.sh"

command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
mkdir "$T/bin" && ln -s "$EVX" "$T/bin/evx"
PATH=$T/bin:$PATH
person lab lab && person room room || exit 1

# What the examples take for granted, in a directory and a home of their own for each page.
scene() {
	export EVX_HOME="$T/home-$1"
	mkdir "$W/$1" && cd "$W/$1" || exit 1
	mkdir -p phone/notes
	echo one >phone/notes/one.txt
	head -c 400000 /dev/urandom >phone/photo.raw
	head -c 100000 /dev/urandom >disk.img
	cp "$T/lab.card" "$T/room.card" .
	echo 'correct horse battery staple' >passphrase && chmod 600 passphrase
	[ "$1" != evx.1 ] || return 0
	evx id new smith --person 'Ann Smith' --organisation Police --country GB --no-passphrase --quiet
	evx id card smith >smith.card
	case $1 in evx-event.1 | evx-receipt.1)
		evx id new jones --person 'Bob Jones' --organisation Laboratory --country GB --no-passphrase --quiet
		evx id card jones >jones.card
		cp phone/photo.raw photo.jpg ;;
	esac
	case $1 in evx-member.1 | evx-case.1 | evx-seal.1 | evx-exhibits.1 | evx-find.1 | evx-rebuild.1 | evx-stats.1 | evx-status.1 | evx-export.1 | evx-import.1 | evx-recipient.1 | evx-check.1 | evx-inventory.1 | evx-dispose.1 | evx-mirror.1) evx init --as smith --escrow room.card --quiet >init.out ;; esac
	case $1 in evx-exhibits.1 | evx-find.1 | evx-status.1 | evx-check.1 | evx-inventory.1 | evx-dispose.1 | evx-mirror.1) evx seal phone --case 26-114 --exhibit 7 --as smith --quiet --yes >seal.out 2>&1 ;; esac
	evx seal phone -o bundle.evx --case 26-114 --exhibit 7 --as smith --to lab.card --self --quiet
	[ "$1" != evx-invite.1 ] || export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
	case $1 in evx-inbox.1 | evx-receive.1 | evx-receipts.1) mkdir usb && evx remote add stick dir:usb >/dev/null && evx send bundle.evx --to lab.card --via stick --quiet ;; esac
}

for page in "$TOP"/cli/man/*.1; do
	base=${page##*/}
	! grep -q '^\.so ' "$page" || continue # it only refers to another
	scene "$base"
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\$ //p' "$page" | sed 's/\\e/\\/g' >"$T/lines"
	ok "$base has examples" test -s "$T/lines"
	while IFS= read -r line; do
		code 0 "$base: $line" sh -c "$line"
	done <"$T/lines"
done
done_testing
