#!/usr/bin/python3
"""Makes the receipt of an event that a dishonest hand signs, with ssh-keygen alone.

usage: forge_receipt.py BUNDLE SIGNING.KEY TYPE EXTRA RECEIPT [RESPONSE:EVENT...]

The event follows BUNDLE's last one (an unpacked directory or a bundle file that tar can list). EXTRA is a JSON object whose keys are added, or replace
those that an honest event has. Each RESPONSE is a file that goes along as a time-stamp over EVENT.
"""
import base64, hashlib, json, subprocess, sys, tarfile


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def block(label, data):
    text = base64.b64encode(data).decode()
    lines = "".join(text[i:i + 64] + "\n" for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n".encode()


def main(bundle, key, kind, extra, receipt, *responses):
    with tarfile.open(bundle) as tar:
        files = {m.name.partition("/")[2]: tar.extractfile(m).read() for m in tar if "/custody/" in m.name}
    documents = sorted(n for n in files if n.endswith(".json"))
    number, last = len(documents), documents[-1]
    with open(key + ".pub", "w") as out:
        subprocess.run(["ssh-keygen", "-y", "-f", key], stdout=out, check=True)
    with open(key + ".pub") as f:
        public = " ".join(f.read().split()[:2])
    event = {"format": "evx-event/1", "type": kind, "uuid": json.loads(files[last])["uuid"], "sequence": number,
             "exhibit": sha256(files[documents[0]]), "previous": sha256(files[last]), "record": sha256(files[last[:-5] + ".record"]),
             "time": json.loads(files[last])["time"], "signers": [public], "files": {}, **json.loads(extra)}
    text = json.dumps(event, separators=(",", ":")).encode() + b"\n"
    signature = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "evx-event/1"], input=text, capture_output=True, check=True).stdout
    name = f"custody/{number:04d}-{kind}.json"
    with open(receipt, "wb") as out:
        out.write(text + signature)
        for response in responses:
            path, _, of = response.rpartition(":")
            with open(path, "rb") as f:
                out.write(block(f"EVX TIME-STAMP {int(of):04d}", f.read()))
        record = f"{sha256(text)}  {name}\n{sha256(signature)}  {name}.sig1\n"
        out.write(f"-----BEGIN EVX RECORD-----\n{record}-----END EVX RECORD-----\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
