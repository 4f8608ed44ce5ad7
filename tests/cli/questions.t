#!/bin/sh
# What cannot be taken back is shown and asked about on a terminal: which exhibit, who else, and what follows.
. "$(dirname "$0")/lib.sh"

command -v script >/dev/null || { echo '1..0 # SKIP script(1) is not installed'; exit 0; }
command -v jq >/dev/null || { echo '1..0 # SKIP jq is not installed'; exit 0; }
people || exit 1
mkdir phone && echo one >phone/one
sealed a.evx phone --self --description 'black telephone' || exit 1
seal_code=$("$EVX" show a.evx --json | jq -r .seal_code)
saw() { if grep -aq -e "$1" "$T/tty"; then pass "$2"; else fail "$2" "$(cat -v "$T/tty" | head -n 30)"; fi; }
saw_not() { if grep -aq -e "$1" "$T/tty"; then fail "$2" "$(cat -v "$T/tty" | head -n 30)"; else pass "$2"; fi; }
entries() { "$EVX" show "$1" --json | jq '.events | length'; }
lab="EVX_HOME=$T/lab '$EVX'" officer="EVX_HOME=$T/officer '$EVX'" room="EVX_HOME=$T/room '$EVX'"
release="release a.evx --keeps nothing --purpose p --to"

# ---- Release
typed 'y/N' "$officer $release '$T/lab.card'" 'n\n'
saw 'You are about to sign' 'release: it says that it is about to be signed'
saw '^  entry  *0001 release' 'which entry'
saw "^  seal code  *$seal_code" 'the seal code'
saw '^  exhibit  *E-1 of case C-1' 'number and case'
saw '^  description  *black telephone' 'the description'
saw '^  to  *lab of lab, Office lab (DE)  SHA256:.*NO TRUSTED CARD HAS THIS KEY' 'to whom, and that nobody vouches for the card'
saw '^  keeps  *nothing' 'what is kept'
saw '^You offer the exhibit to this person. You answer for it until they accept' 'and what follows'
saw_not 'CANNOT OPEN' 'the lab is among the readers'
saw 'Sign this entry? It cannot be taken back. \[y/N\]' 'then it asks'
saw 'You did not confirm. Nothing was signed' 'no means no'
saw 'code=130' 'with the code of an interruption'
is "$(entries a.evx)" 1 'nothing was signed'
typed 'y/N' "$officer $release '$T/lab.card'" 'y\n'
saw 'code=0' 'yes means yes'
is "$(entries a.evx)" 2 'the entry is there'

# ---- Accept, by somebody who reads everything and by nobody who may not
typed 'y/N' "$room accept a.evx --no-receipt"
saw 'code=1' 'who may not accept is told so'
saw_not 'y/N' 'and not asked'
ok 'the lab trusts the officer' at lab "$EVX" trust add "$T/officer.card"
typed 'y/N' "$lab accept a.evx --no-receipt" 'n\n'
saw '^  entry  *0002 accept' 'accept: which entry'
saw "^  seal code  *$seal_code" 'the seal code'
saw '^  exhibit  *E-1 of case C-1' 'number and case'
saw '^  from  *officer of officer' 'from whom'
saw_not 'NO TRUSTED CARD' 'whose card is trusted'
saw '^You become the holder' 'and what follows'
saw 'code=130' 'no means no'
is "$(entries a.evx)" 2 'nothing was signed'
typed 'y/N' "$lab refuse a.evx --reason damaged" 'n\n'
saw '^The release is over. The exhibit stays with its holder' 'refuse: what follows'
is "$(entries a.evx)" 2 'nothing was signed'
typed 'y/N' "$lab accept a.evx --no-receipt --yes"
saw 'code=0' '--yes signs'
saw_not 'y/N' 'and asks nothing'
is "$(entries a.evx)" 3 'the entry is there'

# ---- Take-over
typed 'y/N' "$officer take-over a.evx --reason retired --former '$T/lab.card'" 'n\n'
saw '^  in place of  *lab of lab' 'take-over: in whose place'
saw '^You become the holder' 'and what follows'
is "$(entries a.evx)" 3 'nothing was signed'

# ---- Somebody who cannot open the exhibit
code 0 'without a terminal nothing is asked' at lab "$EVX" release a.evx --keeps nothing --purpose p --to "$T/stranger.card"
err_has 'warning: The receiver cannot open the contents.*evx recipient add' 'but it warns'
code 0 'taken back' at lab "$EVX" withdraw a.evx --reason again
typed 'y/N' "$lab $release '$T/room.card'" 'n\n' 'n\n'
saw '^The receiver can read the custody details, but CANNOT OPEN the contents' 'a custody reader cannot open the contents'
typed 'y/N' "$lab $release '$T/stranger.card'" 'n\n' 'n\n'
saw '^The receiver CANNOT OPEN the exhibit: they are not among its readers' 'a stranger can open nothing'
saw 'Let the receiver open the contents first? \[y/N\]' 'it offers to let them in'
saw 'Sign this entry?' 'and asks whether to sign anyway'
saw 'code=130' 'twice no is no'
is "$(entries a.evx)" 5 'nothing was signed'
typed 'y/N' "$lab $release '$T/stranger.card'" 'y\n' 'y\n'
saw 'code=0' 'yes to both'
is "$("$EVX" show a.evx --json | jq -r '.events[5:] | map(.type) | join(" ")')" 'rewrap release' 'lets them in and then releases'
code 0 'they can open it' at stranger "$EVX" list a.evx
code 0 'and accept it' at stranger "$EVX" accept a.evx --no-receipt

cp a.evx b.evx
code 0 '--let-open does it in one command' at stranger "$EVX" release b.evx --keeps nothing --purpose p --to "$T/room.card" --let-open
code 0 'the receiver can open it' at room "$EVX" list b.evx
is "$(entries b.evx)" 10 'by two entries'
code 2 'not with --detached' at stranger "$EVX" release a.evx --keeps nothing --purpose p --to "$T/room.card" --let-open --detached r.txt
err_has 'evx recipient add' 'and says what to run first'

# ---- One passphrase for both entries
printf 'correct horse battery\n' >pass && chmod 600 pass
at kim "$EVX" id new kim --person Kim --organisation Lab --country DE --work-factor 4 --passphrase-file pass --quiet && at kim "$EVX" id card kim >kim.card || exit 1
at kim "$EVX" seal phone -o c.evx --case C --exhibit E --self --passphrase-file pass --quiet --yes >"$T/out" 2>&1 || exit 1
kim="EVX_HOME=$T/kim '$EVX'"
typed 'assphrase\|y/N' "$kim release c.evx --keeps nothing --purpose p --to '$T/lab.card'" 'correct horse battery\n' 'y\n' 'y\n'
saw 'code=0' 'release and access with a passphrase'
is "$(shown 'assphrase for')" 1 'which is asked for once'
is "$(entries c.evx)" 3 'both entries are there'

# ---- Drafts
code 0 'a draft of a disposal' "$EVX" note a.evx 'together' --draft d.txt --also "$T/lab.card"
typed 'y/N' "$lab sign d.txt" 'n\n'
saw "^  seal code  *$seal_code" 'sign: the seal code'
saw 'code=130' 'no means no'

# ---- Disposal
"$EVX" init "$T/v" --quiet >"$T/out" 2>&1 && "$EVX" seal phone --vault "$T/v" --case C-9 --exhibit 9 --description 'red disk' --yes --quiet >"$T/out" 2>&1 || exit 1
export EVX_VAULT="$T/v"
typed 'y/N' "$officer dispose-authorise C-9/9 --reason old" 'y\n'
saw '^  exhibit  *9 of case C-9' 'dispose-authorise: number and case'
saw '^You allow that the exhibit is destroyed' 'and what follows'
saw 'code=0' 'yes means yes'
typed 'y/N' "$officer dispose C-9/9" 'n\n'
saw '^You are about to destroy' 'dispose: it says so'
saw '^  exhibit  *9 of case C-9' 'number and case'
saw '^  description  *red disk' 'the description'
saw '^  seal code  *[0-9A-Z-]\{39\}' 'the seal code'
saw 'No program can bring them back' 'and what follows'
saw 'code=130' 'no means no'
code 0 'the exhibit is still there' "$EVX" list C-9/9
done_testing
