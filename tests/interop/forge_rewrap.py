#!/usr/bin/python3
"""Makes the receipt of a rewrap whose key files hold what a dishonest holder likes, with stock tools alone.

usage: forge_rewrap.py BUNDLE SIGNING.KEY READER.age1 OWN.txt FAULT RECEIPT

The event follows BUNDLE's last one. FAULT is one of those below; `none` makes a rewrap as it should be.
"""
import base64, hashlib, json, os, subprocess, sys
from evxformat.container import Bundle
from evxformat.seal import check_chain, open_key


def run(*command, input=None):
    return subprocess.run(command, input=input, capture_output=True, check=True).stdout


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def fresh():
    """A new identity and its public key."""
    secret = [s for s in run("age-keygen").splitlines(keepends=True) if s.startswith(b"AGE-SECRET-KEY-")][0]
    return secret, run("age-keygen", "-y", input=secret).decode().strip()


def main(bundle, signing_key, reader, own, fault, receipt):
    b = Bundle(bundle)
    b.check()
    chain, (exhibit, head), _ = check_chain(b)
    with open(own, "rb") as f:
        identity = f.read()
    custody, content = open_key(b, "custody", identity, chain), open_key(b, "content", identity, chain)
    foreign, public = fresh()
    extra = {}
    if fault == "foreign-content":
        content = [foreign]
    elif fault == "foreign-custody":
        custody = [foreign]
    elif fault == "swapped":
        custody, content = content, custody
    elif fault == "two-contents":
        content = content + [foreign]
    elif fault in ("earlier-missing", "other-order", "new-key", "foreign-earlier"):
        extra = {"custody_key": public}
        custody = {"earlier-missing": [foreign], "other-order": [foreign] + custody, "new-key": custody + [foreign],
                   "foreign-earlier": [fresh()[0], foreign]}[fault]
    elif fault == "new-missing":
        extra = {"custody_key": public}
    elif fault == "old-key":
        extra = {"custody_key": chain[0]["custody_key"]}
        custody = custody + custody
    number = len(chain)
    files = {f"keys/{number:04d}-{t}.age": run("age", "-r", reader, input=b"".join(s)) for t, s in (("custody", custody), ("content", content))}
    readers = {"custody": 1, "content": 2 if fault == "reader-count" else 1}
    if fault == "reader-count":
        readers["custody"] = 2
    event = {"format": "evx-event/1", "type": "rewrap", "uuid": b.uuid, "sequence": number, "exhibit": exhibit, "previous": head,
             "record": sha256(b.read(f"custody/{number - 1:04d}-{chain[-1]['type']}.record")),
             "time": chain[-1]["time"], "signers": chain[0]["signers"], "files": {}, "readers": readers,
             "key_files": {n: sha256(f) for n, f in files.items()}, **extra}
    text = json.dumps(event, separators=(",", ":")).encode() + b"\n"
    signature = run("ssh-keygen", "-Y", "sign", "-f", signing_key, "-n", "evx-event/1", input=text)
    name = f"custody/{number:04d}-rewrap.json"
    listed = {name: text, f"{name}.sig1": signature, **files}
    with open(receipt, "wb") as out:
        out.write(text + signature)
        for n, f in files.items():
            lines = base64.b64encode(f).decode()
            body = "\n".join(lines[i:i + 64] for i in range(0, len(lines), 64))
            out.write(f"-----BEGIN EVX PART {n}-----\n{body}\n-----END EVX PART {n}-----\n".encode())
        record = "".join(f"{sha256(f)}  {n}\n" for n, f in listed.items())
        out.write(f"-----BEGIN EVX RECORD-----\n{record}-----END EVX RECORD-----\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
