#!/bin/sh
# Keys that live in an agent: a real ssh-agent with an Ed25519 key, a token's key behind a small agent of our own, and agents that fail or lie.
. "$(dirname "$0")/lib.sh"

for tool in ssh-agent ssh-add ssh-keygen jq; do
	command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
people || exit 1
mkdir phone && echo one >phone/one && head -c 100000 /dev/urandom >phone/raw

# agent_stop: ends the agent that this script started last.
agent_stop() { [ -z "${agent_pid:-}" ] || { kill "$agent_pid" 2>/dev/null; wait "$agent_pid" 2>/dev/null; agent_pid=; }; }
trap 'agent_stop; cd /; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
# agent_wait SOCKET: until it listens.
agent_wait() { n=0; while [ ! -S "$1" ] && [ "$n" -lt 600 ]; do sleep 0.05; n=$((n + 1)); done; }
# agent_ssh SOCKET: a real agent, empty.
agent_ssh() {
	agent_stop
	agent_stop
	rm -f "$1"
	ssh-agent -D -a "$1" >/dev/null 2>&1 &
	agent_pid=$!
	agent_wait "$1"
	export SSH_AUTH_SOCK=$1
}
# agent_ours MODE: the agent of tests/agent.py with a token's key, whose line is in $T/token.pub.
agent_ours() {
	agent_stop
	agent_stop
	rm -f "$T/ours" "$T/token.pub"
	python3 "$TOP/tests/agent.py" "$T/ours" "$1" "$T/token.pub" 2>"$T/agent.err" &
	agent_pid=$!
	n=0; while [ ! -s "$T/token.pub" ] && [ "$n" -lt 600 ]; do sleep 0.05; n=$((n + 1)); done
	export SSH_AUTH_SOCK=$T/ours
}
# unchanged CODE NAME BUNDLE COMMAND...: fails so, and bundle and directory are as they were.
unchanged() {
	want=$1 name=$2 bundle=$3
	shift 3
	{ sha256sum "$bundle"; ls -A; ls -AR "$EVX_HOME"; } >"$T/before" 2>&1
	code "$want" "$name" "$@"
	{ sha256sum "$bundle"; ls -A; ls -AR "$EVX_HOME"; } >"$T/after" 2>&1
	ok "$name: nothing was written" cmp -s "$T/before" "$T/after"
}
# stock BUNDLE MEMBER CARD: ssh-keygen accepts the first signature of the event by the card's key.
stock() {
	rm -rf "$T/x" && mkdir "$T/x" && tar -xf "$1" -C "$T/x" && event=$(echo "$T"/x/*/custody/"$2.json") &&
		echo "me namespaces=\"evx-event/1\" $(head -n 1 "$3" | jq -r .signing)" >"$T/allowed" &&
		ssh-keygen -Y verify -f "$T/allowed" -I me -n evx-event/1 -s "$event.sig1" <"$event"
}

export EVX_HOME=$T/agents
ssh-keygen -q -t ed25519 -N '' -C kept -f "$T/key" && ssh-keygen -q -t ed25519 -N '' -C other -f "$T/key2" &&
	ssh-keygen -q -t ecdsa -N '' -C nist -f "$T/nist" || exit 1
key=agent:$(ssh-keygen -l -f "$T/key.pub" | cut -d' ' -f2)
nist=agent:$(ssh-keygen -l -f "$T/nist.pub" | cut -d' ' -f2)
new="$EVX id new ada --person Ada --organisation Police --country GB --no-passphrase"

unset SSH_AUTH_SOCK
code 3 'no agent' $new --signer "$key"
err_has 'SSH_AUTH_SOCK is not set' 'says where it was looked for'
export SSH_AUTH_SOCK=$T/nowhere
code 3 'an agent that is not there' $new --signer "$key"
export SSH_AUTH_SOCK=$T/$(printf '%0110d' 0)
code 3 'a path that is no socket' $new --signer "$key"
agent_ssh "$T/real"
code 3 'an agent without keys' $new --signer "$key"
err_has 'holds no key, or is locked' 'says so'
ssh-add -q "$T/key2" "$T/nist" 2>/dev/null
code 3 'an agent without this key' $new --signer "$key"
err_has "does not hold ${key#agent:}" 'says which'
code 3 'a key of another kind' $new --signer "$nist"
code 2 'a text that names no key' $new --signer 'SHA256:abc'
code 2 'a fingerprint cut short' $new --signer agent:SHA256:abc
gone "$EVX_HOME/identities/ada" 'no identity is left behind'

ssh-add -q "$T/key" 2>/dev/null
code 0 'an identity whose key stays in the agent' $new --signer "$key"
is "$(ls "$EVX_HOME/identities/ada" | tr '\n' ' ')" 'card encryption.txt signing.agent ' 'its files'
is "$(cat "$EVX_HOME/identities/ada/signing.agent")" "$key" 'name the key'
code 0 'show' "$EVX" id show ada
out_has 'ssh-agent' 'tells who signs'
is "$("$EVX" id list --json | jq -c '[.agent, .passphrase]')" '[true,false]' 'and so does the list'
"$EVX" id card ada >"$T/ada.card"
head -n 1 "$T/ada.card" >card.json && sed -n '/BEGIN SSH/,$p' "$T/ada.card" >card.sig && echo "me $(jq -r .signing card.json)" >allowed
ok 'ssh-keygen accepts the card' sh -c 'ssh-keygen -Y verify -f allowed -I me -n evx-card/1 -s card.sig <card.json'
rm card.json card.sig allowed

code 0 'seal' "$EVX" seal phone --case C-1 --exhibit E-1 -o a.evx --to "$T/lab.card" --self
ok 'ssh-keygen accepts the seal' stock a.evx 0000-seal "$T/ada.card"
code 0 'verify' "$EVX" verify a.evx
code 0 'verify --deep with the key that is a file' env -u SSH_AUTH_SOCK "$EVX" verify --deep a.evx
code 0 'release' "$EVX" release a.evx --to "$T/lab.card" --keeps nothing --purpose analysis
code 0 'the lab accepts' at lab "$EVX" accept a.evx --no-receipt
code 0 'and gives it back' at lab "$EVX" release a.evx --to "$T/ada.card" --keeps nothing --purpose return
code 0 'accept, by name' "$EVX" accept a.evx --as ada --no-receipt
ok 'ssh-keygen accepts the acceptance' stock a.evx 0004-accept "$T/ada.card"
code 0 'a note, by key' "$EVX" note a.evx seen --signer "$key"
code 2 'by name and by key' "$EVX" note a.evx seen --as ada --signer "$key"
code 0 'rewrap needs the other key, too, and has it' "$EVX" rewrap a.evx --to "$T/lab.card" --self --yes
code 0 'verify all of it' "$EVX" verify a.evx --trust "$T/lab.card"
code 0 'an access event' sh -c "'$EVX' cat a.evx phone/one --purpose look >'$T/one'"
code 0 'a draft' at lab "$EVX" note a.evx both --draft d.txt --also "$T/ada.card"
code 0 'signed by the agent' "$EVX" sign d.txt --signer "$key"
rm d.txt

code 0 'a roster with its key as root' "$EVX" roster new r.roster --name R --root "$T/ada.card"
code 0 'is signed by the agent' "$EVX" roster sign r.roster --signer "$key"
code 0 'and good' "$EVX" roster show r.roster
rm r.roster

code 0 'a backup' env EVX_PASSPHRASE_FILE= sh -c "echo secret >'$T/pass'; '$EVX' id backup ada '$T/ada.backup' --passphrase-file '$T/pass'"
code 0 'taken in elsewhere' env EVX_HOME="$T/second" "$EVX" id import "$T/ada.backup" --passphrase-file "$T/pass"
code 0 'signs there without its passphrase' env EVX_HOME="$T/second" "$EVX" note a.evx 'from there'
sed "s|^agent:.*|agent:$(ssh-keygen -l -f "$T/key2.pub" | cut -d' ' -f2)|" "$T/ada.backup" >"$T/swapped.backup"
code 1 'a backup that names another key is refused' env EVX_HOME="$T/third" "$EVX" id import "$T/swapped.backup" --passphrase-file "$T/pass"
unchanged 3 'a key without a card here' a.evx "$EVX" note a.evx x --signer "agent:$(ssh-keygen -l -f "$T/key2.pub" | cut -d' ' -f2)"
err_has 'No card on this machine names' 'says what is missing'
at stranger "$EVX" trust add "$T/ada.card" --quiet
code 0 'a trusted card is enough to sign as it' at stranger "$EVX" note a.evx 'by the trusted card' --signer "$key"
code 3 'but not to open' at stranger "$EVX" rewrap a.evx --to "$T/lab.card" --yes --signer "$key"

printf '#!/bin/sh\necho pw\n' >"$T/ask" && chmod +x "$T/ask"
SSH_ASKPASS=$T/ask SSH_ASKPASS_REQUIRE=force ssh-add -x >/dev/null 2>&1
unchanged 3 'a locked agent' a.evx "$EVX" note a.evx x
unchanged 3 'seals nothing' a.evx "$EVX" seal phone --case C-1 --exhibit E-1 -o b.evx --self
err_has 'locked' 'and says why'
SSH_ASKPASS=$T/ask SSH_ASKPASS_REQUIRE=force ssh-add -X >/dev/null 2>&1
code 0 'unlocked again' "$EVX" note a.evx x
ssh-add -q -d "$T/key" 2>/dev/null
unchanged 3 'the key was taken out' a.evx "$EVX" note a.evx x
agent_stop
unchanged 3 'the agent is gone' a.evx "$EVX" note a.evx x
printf 'agent:SHA256:%043d\n' 0 >"$EVX_HOME/identities/ada/signing.agent"
unchanged 1 'a home that names another key than the card' a.evx "$EVX" note a.evx x
echo "$key" >"$EVX_HOME/identities/ada/signing.agent"
agent_ssh "$T/real" && ssh-add -q "$T/key" 2>/dev/null
code 0 'a passphrase' "$EVX" id passwd ada --new-passphrase-file "$T/pass" --work-factor 4
is "$(ls "$EVX_HOME/identities/ada" | tr '\n' ' ')" 'card encryption.age signing.agent ' 'is one for the encryption key'
code 0 'retire' "$EVX" id retire ada --passphrase-file "$T/pass"
unchanged 1 'a retired key signs no more' a.evx "$EVX" note a.evx x

if ! python3 -c 'import cryptography' 2>/dev/null; then
	skip 'no Python cryptography for a token of our own'
	done_testing
fi
export EVX_HOME=$T/tokens
agent_ours token
token=agent:$(ssh-keygen -l -f "$T/token.pub" | cut -d' ' -f2)
code 0 'an identity with a token' "$EVX" id new tom --person Tom --organisation Police --country GB --no-passphrase --signer "$token"
"$EVX" id card tom >"$T/tom.card"
is "$(head -n 1 "$T/tom.card" | jq -r .signing)" "$(cat "$T/token.pub")" 'has its key on the card'
echo "{\"release\":{\"of\":[\"$(cat "$T/token.pub")\"],\"need\":1,\"witness\":false}}" >"$T/policy"
code 0 'seals, with a policy that names the key' "$EVX" seal phone --case C-1 --exhibit E-1 -o t.evx --self --to "$T/lab.card" --policy "$T/policy"
ok 'ssh-keygen accepts the seal' stock t.evx 0000-seal "$T/tom.card"
code 0 'verify' "$EVX" verify t.evx
code 0 'somebody else trusts the card' at lab "$EVX" verify t.evx --trust "$T/tom.card"
code 0 'releases' "$EVX" release t.evx --to "$T/lab.card" --keeps nothing --purpose p
code 0 'and is accepted, receipt and all' at lab "$EVX" accept t.evx --receipt "$T/receipt.txt"
unchanged 1 'who is not named by the policy cannot release' t.evx at lab "$EVX" release t.evx --to "$T/tom.card" --keeps nothing --purpose p
code 0 'verify with the receipt' "$EVX" verify t.evx --with "$T/receipt.txt" --trust "$T/lab.card"
code 0 'a roster with the token as root' "$EVX" roster new r.roster --name R --root "$T/tom.card"
code 0 'is signed by it' "$EVX" roster sign r.roster
code 0 'and trusted elsewhere' at room "$EVX" roster import r.roster --all-agencies
rm r.roster
code 0 'founds a vault' "$EVX" init v
code 0 'takes a member in' "$EVX" member add "$T/lab.card" --vault v
code 0 'and seals into it' "$EVX" seal phone --vault v --case C-1 --exhibit E-2 --quiet
rm -rf v
for mode in untouched other broken garbage long gone refuse; do
	agent_ours "$mode"
	unchanged 3 "agent: $mode" t.evx "$EVX" note t.evx x
	err_has 'agent: ' "agent: $mode: is named"
	unchanged 3 "agent: $mode: no seal" t.evx "$EVX" seal phone --case C-1 --exhibit E-1 -o u.evx --self --quiet
	unchanged 3 "agent: $mode: no identity" t.evx "$EVX" id new eve --person Eve --organisation O --country GB --no-passphrase --signer "$token"
done
only a.evx phone t.evx
done_testing
