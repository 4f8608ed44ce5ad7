#!/usr/bin/python3
"""Makes a card anew with other times, signed with its own key by ssh-keygen: what a dishonest owner of a key can say about it.

usage: recard.py CARD SIGNING.KEY NAME=TIME... >NEW

NAME is created, retired or declared; an empty TIME takes it away.
"""
import json, subprocess, sys


def main(card, key, *times):
    with open(card) as f:
        document = json.loads(f.readline())
    signers = document.pop("signers")
    for name, _, value in (t.partition("=") for t in times):
        document.pop(name, None) if not value else document.update({name: value})
    order = ["format", "person", "organisation", "country", "role", "encryption", "signing", "created", "retired", "declared"]
    document = {k: document[k] for k in order if k in document} | {"signers": signers}
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    signature = subprocess.run(["ssh-keygen", "-Y", "sign", "-f", key, "-n", "evx-card/1"], input=text, capture_output=True, check=True).stdout
    sys.stdout.buffer.write(text + signature)


if __name__ == "__main__":
    main(*sys.argv[1:])
