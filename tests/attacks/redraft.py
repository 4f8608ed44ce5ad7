#!/usr/bin/python3
"""Changes the details of a draft that nobody but its forger has to sign: what a dishonest signer writes about readers.

usage: redraft.py DRAFT CUSTODY.IDENTITY CUSTODY.age1 READERS.json OUT

The readers in the details become those of READERS.json; the document names the new file's hash, and the signatures are left out.
"""
import base64, hashlib, json, re, subprocess, sys

PART = re.compile(r"-----BEGIN EVX PART (custody/\S+\.details\.age)-----\n(.*?)-----END EVX PART \1-----\n", re.S)


def age(*arguments, data):
    return subprocess.run(["age", *arguments], input=data, capture_output=True, check=True).stdout


def main(draft, identity, public, readers, out):
    with open(draft) as f:
        text = f.read()
    line, _, rest = text.partition("\n")
    part = PART.search(rest)
    name = part[1]
    details = json.loads(age("-d", "-i", identity, data=base64.b64decode(part[2])))
    with open(readers) as f:
        details["readers"] = json.load(f)
    sealed = age("-r", public, data=json.dumps(details, separators=(",", ":")).encode() + b"\n")
    document = json.loads(line)
    document["files"] = {n: hashlib.sha256(sealed).hexdigest() if name.endswith(n) else h for n, h in document["files"].items()}
    code = base64.b64encode(sealed).decode()
    lines = "".join(code[i:i + 64] + "\n" for i in range(0, len(code), 64))
    parts = rest[rest.index("-----BEGIN EVX PART"):]
    parts = PART.sub(lambda m: f"-----BEGIN EVX PART {name}-----\n{lines}-----END EVX PART {name}-----\n", parts)
    with open(out, "w") as f:
        f.write(json.dumps(document, separators=(",", ":")) + "\n" + parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
