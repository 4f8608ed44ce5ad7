#!/usr/bin/python3
"""What a disclosure shows to somebody who can open all of it.

usage: withheld.py ORIGINAL IDENTITY DISCLOSURE IDENTITY

Opens both with the reader of tests/interop, and looks in every plaintext of the disclosure for what would tell of a line of the original:
its name, digest, contents, salt, and the secret that salts are made of. Prints a line of the words found for each line of the original
that is no directory ("-": none), with "shown" or "withheld" and its path before them; of a file in part one for each of its blocks, with
"block-shown" or "block-withheld" and its number; then one about the secret. Any form counts: bytes, hexadecimal, base64.
"""
import base64, hashlib, hmac, json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../interop"))
from evxformat.container import Bundle
from evxformat.conventions import be64
from evxformat.listing import read_listing
from evxformat.payload import DATA, LISTING, Payload
from evxformat.seal import check_chain, open_key, open_part, secret_bytes


class Listening(Payload):
    """Keeps the plaintexts of nodes; those of other frames come out of the streams."""
    heard = b""

    def open(self, ref, kind, level):
        codec, data = super().open(ref, kind, level)
        self.heard += data
        return codec, data


class Opened:
    def __init__(self, path, identity):
        b = Bundle(path)
        b.check()
        with open(identity, "rb") as f:
            identity = f.read()
        chain = check_chain(b)[0]
        custody, [content] = open_key(b, "custody", identity, chain), open_key(b, "content", identity, chain)
        self.part = open_part(b, "content", content, 1 << 20, chain)
        details = open_part(b, "details", custody[0], 4 << 20, chain) if custody[0] else {}
        payload = Listening(b, secret_bytes(content))
        self.listing = b"".join(text for _, text in payload.stream(self.part["listing"], LISTING, "listing"))
        self.data = b"".join(text for _, text in payload.stream(self.part["content"], DATA, "content"))
        members = b"".join(b.read(n) for n in b.members if not n.startswith("data/"))
        self.all = b"".join((members, json.dumps(self.part).encode(), json.dumps(details).encode(), payload.heard, self.listing, self.data))
        self.entries = read_listing(payload, self.part, chain[0]["listing_root"], chain[0].get("origin"))[0]
        self.indexes = [int(r.split(b"\t")[1]) for r in self.listing.splitlines()] if "origin" in chain[0] else range(len(self.entries))

    def tells(self, raw):
        """Whether the bytes stand there in any form."""
        return any(form in self.all for form in (raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")))


def blocks_of(a, b, e, part, key):
    """What the disclosure tells of each block of a file, which the test makes so that no chunk ends between two blocks of 64 KiB but at its end."""
    shown = {n for first, count, _, _ in part.pieces for n in range(first, first + count)}
    contents = a.data[e.position:e.position + e.length]
    told = {"key": key} if b.tells(key) else {}
    for n in range(part.blocks):
        block = contents[n * 65536:n * 65536 + 65536]
        raw = {"contents": block[:64], "hash": hashlib.sha256(block).digest(), "salt": hmac.digest(key, be64(n), "sha256")}
        found = [*told, *(word for word, value in raw.items() if b.tells(value))]
        print("block-shown" if n in shown else "block-withheld", n, *(found or "-"))


def main(original, key, disclosure, other_key):
    a, b = Opened(original, key), Opened(disclosure, other_key)
    secret = bytes.fromhex(a.part["leaf_secret"])
    for index, e in enumerate(a.entries):
        if e.type == "dir":
            continue
        told = {"name": os.path.basename(e.path), "digest": bytes.fromhex(e.line["sha256"]), "contents": a.data[e.position:e.position + e.length],
                "salt": hmac.digest(secret, be64(index), "sha256")}
        found = [word for word, raw in told.items() if b.tells(raw)]
        for other in (o for o in b.entries if o.part and o.index == index):
            blocks_of(a, b, e, other.part, hmac.digest(secret, b"evx-range/1" + be64(index), "sha256"))
            found = [word for word in found if word != "contents"]  # not all of them
        print("shown" if index in b.indexes else "withheld", e.path.decode(), *(found or "-"))
    print("secret", "found" if b.tells(secret) else "-")


main(*sys.argv[1:])
