#!/usr/bin/python3
"""Puts the event of a receipt into an unpacked bundle by hand, as one does who can write to the directory and asks evx nothing: plant.py DIRECTORY RECEIPT

Only documents, signatures and the record are put there: the receipt has no parts. The last index is written anew behind them (format-spec/container.md).
"""
import os, re, sys

BLOCK = 512


def blocks(n):
    return BLOCK + (n + BLOCK - 1) // BLOCK * BLOCK


def parts(receipt):
    """The document, its signatures, the record."""
    with open(receipt, encoding="utf-8") as f:
        text = f.read()
    document, _, rest = text.partition("\n")
    signatures = re.findall(r"-----BEGIN SSH SIGNATURE-----\n.*?-----END SSH SIGNATURE-----\n", rest, re.S)
    record = re.search(r"-----BEGIN EVX RECORD-----\n(.*?)-----END EVX RECORD-----\n", rest, re.S)[1]
    return document + "\n", signatures, record


def main(directory, receipt):
    document, signatures, record = parts(receipt)
    name = record.split("\n")[0][66:]
    files = {name: document, **{f"{name}.sig{i + 1}": s for i, s in enumerate(signatures)}, name[:-5] + ".record": record}
    group = max(int(n[6:]) for n in os.listdir(directory) if n.startswith("index-")) + 1
    last = f"index-{group - 1:04d}"
    with open(os.path.join(directory, last), "rb") as f:
        index = f.read()
    at = int(index[-BLOCK:].split()[1])
    lines = [line for line in index[:-BLOCK].decode().split("\n") if line]

    def member(n, size):
        nonlocal at
        lines.append(f"{at} {size} {n}")
        at += blocks(size)
    member(last, len(index))
    member(f"append-{group:04d}", BLOCK)
    for n, text in files.items():
        member(n, len(text.encode()))
    text = "\n".join(lines).encode() + b"\n"
    text += b"\n" * (-len(text) % BLOCK) + f"at {at}".encode().ljust(BLOCK - 1) + b"\n"
    for n, content in {**{n: t.encode() for n, t in files.items()}, f"append-{group:04d}": bytes(BLOCK), f"index-{group:04d}": text}.items():
        with open(os.path.join(directory, n), "wb") as out:
            out.write(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
