#!/bin/sh
# Every command explains itself; every mistake on the command line is exit 2, on stderr, and leaves nothing.
. "$(dirname "$0")/lib.sh"

subcommands='id-new id-list id-show id-card id-passwd id-backup id-import id-retire id-always-to trust-add trust-list trust-show trust-remove roster-new roster-add roster-revoke roster-rotate
	roster-sign roster-show roster-verify roster-import'
for c in id trust roster seal verify show log compare list cat extract timestamp version help $subcommands; do
	words=$(echo "$c" | sed 's/^id-/id /; s/^trust-/trust /; s/^roster-/roster /')
	code 0 "evx $words --help" env COLUMNS=80 "$EVX" $words --help
	out_has "usage: evx" "evx $words --help prints its usage"
	is "$(head -n 1 "$T/out" | cut -c 1-13)" 'example: evx ' "evx $words --help begins with an example"
	is "$(sed -n 2p "$T/out")" '' "the example of evx $words stands on one line"
	is "$(grep -v '…' "$T/out" | awk 'length > 80')" '' "help of evx $words has 80 columns"
	case $c in help) ;; *) code 0 "evx help $words" "$EVX" help $words ;; esac
	for o in --json --quiet --jobs --passphrase-file; do
		case $c in id | trust | roster) ;; *) out_has "^  *$o" "evx $words takes $o" ;; esac
	done
	code 2 "evx $words with an unknown option" "$EVX" $words --no-such-option
	err_has 'no-such-option' "evx $words names the unknown option"
	out_empty "evx $words prints nothing on stdout for a mistake"
	is "$(tail -n 1 "$T/err" | grep -c '^evx: .*no-such-option')" 1 "the mistake is the last line of evx $words"
	case $c in id | trust | roster | help) ;; *) code 2 "evx $words with an unknown letter" "$EVX" $words -Q ;; esac
done

code 2 'no command' "$EVX"
code 2 'an unknown command' "$EVX" frobnicate
err_has 'no command "frobnicate"' 'the unknown command is named'
is "$(wc -l <"$T/err")" 1 'and nothing hides that'
code 2 'a command mistyped' "$EVX" sael
err_has 'Did you mean seal?' 'the likely one is named'
code 2 'a group command mistyped' "$EVX" id nwe
err_has 'Did you mean new?' 'the likely one is named'
code 2 'an option mistyped' "$EVX" verify x.evx --truts y.card
is "$(tail -n 1 "$T/err")" 'evx: --truts is not an option of this command. Did you mean --trust? (wrong use)' 'the likely one is named in the last line'
code 2 'an option like no other' "$EVX" verify x.evx --frobnicate=3
err_has 'Its help lists them' 'and no guess is made'
code 2 'a flag with a value' "$EVX" verify x.evx --deep=yes
err_has '^evx: --deep stands alone' 'is told so'
code 2 'an unknown letter among known ones' "$EVX" list x.evx -Qh
err_has '^evx: -Q is not' 'is named alone'
code 0 'the overview' "$EVX" help
ok 'fits on a screen' test "$(wc -l <"$T/out")" -le 24
is "$(awk 'length > 80' "$T/out")" '' 'of 80 columns'
out_has '^hand over$' 'under headings'
code 0 'all commands' "$EVX" help --all
out_has '^  dispose-authorise ' 'are more'
code 0 'help of one' "$EVX" help seal
is "$(head -n 1 "$T/out" | cut -c 1-18)" 'example: evx seal ' 'begins with an example'
code 2 'help of an unknown command' "$EVX" help frobnicate
code 2 'an unknown id command' "$EVX" id frobnicate
code 2 'an unknown trust command' "$EVX" trust frobnicate
code 0 'evx --help' "$EVX" --help
code 0 'evx --version' "$EVX" --version
out_has '^evx [0-9]*\.[0-9]*\.[0-9]*$' 'the version has three numbers'
code 2 'version takes no operand' "$EVX" version now
code 2 'an unknown command with an escape in its name' "$EVX" "$(printf 'a\033[2Jb')"
ok 'the escape is not printed' not grep -q "$(printf '\033')" "$T/err"

for c in 'id new' 'id show' 'id card' 'id passwd' 'id backup' 'id backup x' 'id import' 'id retire' 'trust add' 'trust show' 'trust remove' 'roster new' 'roster add x' 'roster revoke x'\
	'roster rotate' 'roster sign' 'roster verify' 'roster import' seal verify show log compare 'compare x' list cat 'cat x' extract timestamp; do
	code 2 "evx $c with too few operands" "$EVX" $c
done
for c in 'id new a b' 'id list a' 'id show a b' 'id backup a b c' 'trust list a' 'trust show a b' 'trust remove a b' 'roster add a b c' 'roster show a b' 'show a b' 'log a b' 'compare a b c' 'cat a b c' 'timestamp a b'; do
	code 2 "evx $c has too many operands" "$EVX" $c
done

echo data >source
seal="$EVX seal source"
code 2 'seal without -o' $seal --case C --exhibit E --self
code 2 'seal without --case' $seal -o x.evx --exhibit E --self
code 2 'seal without --exhibit' $seal -o x.evx --case C --self
code 2 'an option without its argument' $seal -o x.evx --exhibit E --self --case
err_has 'case' 'that option is named'
code 2 'an option given twice' $seal -o x.evx --case C --case D --exhibit E --self
err_has 'stands twice' 'and the message says so'
good='-o x.evx --case C --exhibit E --self'
code 2 'level 0' $seal $good --level 0
code 2 'level 20' $seal $good --level 20
code 2 'a level that is no number' $seal $good --level ten
code 2 'a level with something behind it' $seal $good --level 3x
code 2 'a negative number' $seal $good --level -3
code 2 'no jobs' $seal $good --jobs 0
code 2 'a size with an unknown suffix' $seal $good --split 10X
code 2 'a size past 64 bits' $seal $good --split 18446744073709551616
code 2 'a size past 64 bits with its suffix' $seal $good --split 18014398509481984K
code 2 'an unknown hash' $seal $good --hash md4
code 2 'standard output cannot be split' $seal -o - --split 1M --case C --exhibit E --self
code 2 'a clock offset without its source' $seal $good --clock-offset 3
code 2 'extract without -C' "$EVX" extract x.evx
code 2 'a stream cannot be checked deeply' "$EVX" verify - --deep
only source
gone "$T/officer" 'no home was made by mistakes'
done_testing
