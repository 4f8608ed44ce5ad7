#!/usr/bin/python3
"""Cuts the content of a bundle as payload.md (Chunking) says and compares with the chunks that are there.

usage: chunks.py BUNDLE IDENTITY. Prints the lengths; exit status 1 when they differ.
"""
import hashlib, sys
from evxformat.container import Bundle
from evxformat.listing import read_listing
from evxformat.payload import DATA, Payload, reference
from evxformat.seal import check_chain, open_key, open_part, secret_bytes

MINIMUM, AVERAGE, MAXIMUM = 1048576, 2097152, 4194304
ALONE, LEAST, MEAN = 262144, 1048576, 1048576
GEAR = [int.from_bytes(hashlib.sha256(b"evx-gear/1" + bytes([b])).digest()[:8], "big") for b in range(256)]
STRICT, LOOSE = (1 << 64) - (1 << 64 - 23), (1 << 64) - (1 << 64 - 19)


def cut(run):
    """The lengths of the chunks of one long file."""
    start = 0
    while start < len(run):
        n = len(run) - start
        end = min(n, MAXIMUM)
        if n > MINIMUM:
            h = 0
            for i in range(MINIMUM, end):
                h = (2 * h + GEAR[run[start + i]]) & 0xFFFFFFFFFFFFFFFF
                if not h & (STRICT if i < AVERAGE else LOOSE):
                    end = i + 1
                    break
        yield end
        start += end


def chunks(entries, content):
    """The lengths of all chunks: what fits one is never cut, small files are grouped."""
    group = 0
    for e in entries:
        if e.type != "file" or e.first is not None or not e.length:
            continue
        data = content[e.position:e.position + e.length]
        if group and (e.length >= ALONE or group + e.length > MAXIMUM):
            yield group
            group = 0
        if e.length >= ALONE:
            yield from cut(data) if e.length > MAXIMUM else [e.length]
            continue
        group += e.length
        if group >= LEAST and int.from_bytes(hashlib.sha256(data).digest()[:4], "big") * MEAN < e.length << 32:
            yield group
            group = 0
    if group:
        yield group


def main(bundle, identity):
    b = Bundle(bundle)
    b.check()
    chain = check_chain(b)[0]
    with open(identity, "rb") as f:
        [key] = open_key(b, "content", f.read(), chain)
    part = open_part(b, "content", key, 1 << 20, chain)
    payload = Payload(b, secret_bytes(key))
    entries, _ = read_listing(payload, part, chain[0]["listing_root"])
    root, level = reference(part["content"], "content")
    refs = list(payload.tree(root, level, DATA))
    content = b"".join(data for _, data in payload.plains(refs, DATA))
    found, expected = [r.plain for r in refs], list(chunks(entries, content))
    print("found:", *found, "\nspecified:", *expected)
    return 0 if found == expected else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
