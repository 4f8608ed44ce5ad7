#!/bin/sh
# What completes command lines, asked as the shells ask: commands, groups, options, their values; nothing that the option tables do not have.
. "$(dirname "$0")/lib.sh"
mkdir "$T/bin"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$EVX" >"$T/bin/evx"
chmod +x "$T/bin/evx"
PATH=$T/bin:$PATH
code 0 'an identity' "$EVX" id new smith --person 'A Smith' --organisation Police --country GB --no-passphrase
code 0 'a remote' "$EVX" remote add stick "dir:$W"
mkdir sub
touch lab.card phone.evx notes.txt 'two words.card'

for s in bash zsh fish; do
	code 0 "the script of $s" "$EVX" completion "$s"
	cp "$T/out" "$T/evx.$s"
	for c in $("$EVX" help --all | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p'); do
		grep -q "'*$c[: ']" "$T/evx.$s" || { fail "$s knows $c"; break; }
	done
done
code 2 'an unknown shell' "$EVX" completion tcsh
err_has 'Use bash, zsh or fish' 'is told which there are'
out_empty 'and no script is printed'
code 2 'no shell' "$EVX" completion

# Every option that help shows is in the script, and no other.
for c in seal send 'id new' 'remote test' check; do
	"$EVX" help $c | grep -oE '^  (-., )?--[a-z0-9-]+' | grep -oE '\-\-.*' | sort >"$T/help"
	sed -n "s/^	'$c') echo '//p" "$T/evx.bash" | tr ' ' '\n' | sed -n "s/^\(--[a-z0-9-]*\).*/\1/p" | sort >"$T/told"
	ok "the options of $c are those of its help" cmp "$T/help" "$T/told"
done

# bash WORD...: what bash offers for the last word, on one line.
cat >"$T/ask.bash" <<'END'
. "$1"
shift
COMP_WORDS=(evx "$@") COMP_CWORD=$#
compopt() { :; }
_evx 2>&1
printf '%s\n' "${COMPREPLY[@]}" | sort | paste -s -d , -
END
asks() { # asks WANTED NAME WORD...
	wanted=$1 name=$2
	shift 2
	is "$(bash --norc "$T/ask.bash" "$T/evx.bash" "$@")" "$wanted" "bash: $name"
}
asks 'dispose,dispose-authorise' 'commands' dispo
asks 'retire' 'commands of a group' id re
asks '--purpose' 'an option' send --pu
asks 'copy,nothing' 'the choices of an option' release phone.evx --keeps ''
asks 'nothing' 'behind a sign' release phone.evx --keeps = no
asks 'lab.card,sub,two words.card' 'cards, also with blanks' send phone.evx --to ''
asks 'phone.evx,sub' 'bundles as operands' verify ''
asks 'notes.txt' 'files' seal no
asks 'sub' 'directories' extract phone.evx -C ''
asks 'smith' 'identities' seal notes.txt --as ''
asks 'smith' 'identities as operands' id show ''
asks 'stick' 'remotes' inbox --via ''
asks 'stick' 'remotes as operands' remote test ''
asks 'inventory' 'commands behind help' help inve
asks 'zsh' 'shells' completion z
asks '' 'nothing for a free text' release phone.evx --purpose ''
asks '' 'nothing behind an unknown command' frobnicate ''
# A program that lists a hostile name.
printf '#!/bin/sh\necho '\''a$(touch${IFS}%s/harm)b x'\''\n' "$T" >"$T/bin/evx"
asks 'a$(touch${IFS}'"$T/harm)b" 'a name with a command in it' seal notes.txt --as ''
ok 'and the command is not run' test ! -e "$T/harm"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$EVX" >"$T/bin/evx"
ok 'bash: no command is run with what is typed' sh -c '! grep -qE "eval|\\$\\{!" "$1"' sh "$T/evx.bash"

if command -v fish >/dev/null 2>&1; then
	fished() { # fished WANTED NAME LINE
		is "$(fish -N -c 'source $argv[1]; complete -C $argv[2]' "$T/evx.fish" "$3" 2>&1 | cut -f 1 | sort | paste -s -d , -)" "$1" "fish: $2"
	}
	fished 'dispose,dispose-authorise' 'commands' 'evx dispo'
	fished 'retire' 'commands of a group' 'evx id re'
	fished '--purpose' 'an option' 'evx send --pu'
	fished 'copy,nothing' 'the choices of an option' 'evx release phone.evx --keeps '
	fished 'smith' 'identities' 'evx seal notes.txt --as '
	fished 'stick' 'remotes as operands' 'evx remote test '
	fished '' 'nothing for a free text' 'evx release phone.evx --purpose '
	fished 'inventory' 'commands behind help' 'evx help inve'
else
	skip 'fish is not installed'
fi

if command -v zsh >/dev/null 2>&1; then
	mkdir "$T/zsh"
	cat >"$T/zsh/.zshrc" <<END
PROMPT='> '
PATH=$T/bin:\$PATH
autoload -Uz compinit
compinit -u -d $T/zsh/dump
source $T/evx.zsh
END
	# The line editor prints the rest of the word; the answer is waited for, not timed.
	cat >"$T/ask.zsh" <<'END'
zmodload zsh/zpty
export ZDOTDIR=$1
zpty z zsh -i
typeset line all
wait_for() { for i in {1..300}; do while zpty -r -t z line; do all+=$line; done; [[ $all == *$1* ]] && return 0; sleep 0.1; done; return 1 }
wait_for '> ' || exit 1
all=
zpty -w -n z "$2"$'\t'
wait_for "$3"
END
	zshed() { ok "zsh: $2" timeout 60 zsh -f "$T/ask.zsh" "$T/zsh" "$3" "$1"; }
	zshed 'dispose-authorise' 'a command' 'evx dispose-a'
	zshed 'retire' 'a command of a group' 'evx id re'
	zshed '--keeps' 'an option' 'evx send --kee'
	zshed 'nothing' 'the choice of an option' 'evx release phone.evx --keeps no'
	zshed 'smith' 'an identity' 'evx seal notes.txt --as '
else
	skip 'zsh is not installed'
fi
done_testing
