"""documents.md, seal.md, signatures.md, age.md: signed documents and their chain, keys, encrypted parts."""
import base64, os, re, struct, subprocess, tempfile
from .container import JSON, KEY_FILES, KINDS, PARTS, RECORD, SIGNATURES, STAMPS, TAIL
from .conventions import HEX, Fault, is_a, is_time, json_line, keys, need, sha256


def string(data):
    return struct.pack(">I", len(data)) + data


def verified(document, signature, key, namespace):
    """ssh-keygen's word that a signature is good; its file must have the one form that is accepted. [signatures: Signature file]"""
    try:
        blob = base64.b64decode(b"".join(signature.split(b"\n")[1:-2]), validate=True)
    except ValueError:
        return False
    fixed = (b"SSHSIG\0\0\0\1" + string(base64.b64decode(key.split()[1])) + string(namespace.encode()) + string(b"") + string(b"sha512")
             + b"\0\0\0\x53" + string(b"ssh-ed25519") + b"\0\0\0\x40")
    text = base64.b64encode(fixed + blob[len(fixed):]).decode()
    lines = ["-----BEGIN SSH SIGNATURE-----", *(text[i:i + 70] for i in range(0, len(text), 70)), "-----END SSH SIGNATURE-----", ""]
    if len(blob) != len(fixed) + 64 or "\n".join(lines).encode() != signature:
        return False
    with tempfile.NamedTemporaryFile("w") as allowed, tempfile.NamedTemporaryFile("wb") as sig:
        allowed.write(f'signer namespaces="{namespace}" {key}\n')
        sig.write(signature)
        allowed.flush(), sig.flush()
        return subprocess.run(["ssh-keygen", "-Y", "verify", "-f", allowed.name, "-I", "signer", "-n", namespace, "-s", sig.name],
                              input=document, capture_output=True).returncode == 0


def check_event(b, number, before, stamps):
    """One event of the chain: document, signatures, files, record; returns the document and the hash of the event."""
    members = b.events[number]
    names = {k: [n for p, n in members if p.kind == k] for k in range(len(KINDS))}
    name, what = names[JSON][0], f"event {number}"
    text = b.read(name)
    doc = json_line(text, 1 << 20, what)
    need(doc.get("format") == "evx-event/1", "unsupported" if is_a(r"evx-event/\d+", doc.get("format")) else "corrupt", f"{what}: format")
    signers = doc.get("signers")
    need(isinstance(signers, list) and 1 <= len(signers) <= 16 and all(is_a(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}", s) for s in signers)
         and len(set(signers)) == len(signers), "corrupt", f"{what}: signers")
    need(names[SIGNATURES] == [f"{name}.sig{i + 1}" for i in range(len(signers))], "corrupt", f"{what}: signatures missing or extra")
    for s, key in zip(names[SIGNATURES], signers):
        need(verified(text, b.read(s), key, "evx-event/1"), "forged", f"{s}: not a signature of {key}")
    kind = next(p.type for p, n in members if n == name)
    common = "format type uuid sequence time signers files" + (" exhibit previous" if number else "")
    if number == 0:
        need(not {"exhibit", "previous"} & set(doc), "corrupt", "seal: names an event before it")
        keys(doc, what, common + " shape complete tagmanifest listing_root custody_key content_key readers",
             "origin case exhibit_number")
    for k in common.split():
        need(k in doc, "corrupt", f"{what}: no {k}")
    need((kind == "seal") == (number == 0), "corrupt", f"{what}: is a {kind}")
    for k, v in (("type", kind), ("uuid", b.uuid), ("sequence", number), *zip(("exhibit", "previous"), before)):
        need(doc.get(k) == v, "custody", f"{what}: {k} is {doc.get(k)!r}")
    need(is_time(doc["time"]), "corrupt", f"{what}: time")
    parts = [n for k in PARTS for n in names[k]]
    for n in parts:
        need(stanzas(b, n) == [b"X25519"], "corrupt", f"{n}: not for one reader")
    need(list(doc["files"]) == [n.removeprefix("custody/") for n in parts], "corrupt", f"{what}: its files, in their order")
    need(list(doc["files"].values()) == [b.hash(n) for n in parts], "forged", f"{what}: hashes of its files")
    introduced = [n for k in KEY_FILES for n in names[k]]
    record = b.read(names[RECORD][0])
    expected = b.sums([name, *names[SIGNATURES], *parts, *introduced, *sorted(stamps)])
    need(record == expected, "forged", f"{what}: its record is not that of the files")
    stamps[:] = names[STAMPS]
    return doc, sha256(record).hex()


def check_chain(b):
    """The seal, the hashes of seal and newest event, and what stands in the way of a judgement on the whole chain, or None."""
    before, stamps, seal, newer = (), [], None, None
    for number in range(len(b.events)):
        doc, head = check_event(b, number, before, stamps)
        seal = seal or doc
        if number and not newer:
            newer = f"event {number:04d} is of a newer type, {doc['type']}: the chain is not judged from there on"
        before = (before[0] if before else head, head)
    need(seal["shape"] in ("whole", "disclosure") and seal["complete"] in ("yes", "no"), "corrupt", "seal: shape or complete")
    need(seal["tagmanifest"] == b.hash(TAIL[2]), "forged", "seal: tagmanifest")
    need(is_a(HEX, seal["listing_root"]), "corrupt", "seal: listing_root")
    keys(seal["readers"], "seal: readers", "custody content")
    for tier in ("custody", "content"):
        n = f"keys/0000-{tier}.age"
        need(stanzas(b, n) == [b"X25519"] * seal["readers"][tier], "corrupt", f"{n}: not the number of readers in the seal")
    return seal, before, newer


BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(hrp, values):
    """BIP 173."""
    chk = 1
    for v in [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp] + values:
        top = chk >> 25
        chk = (chk & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            chk ^= g if top >> i & 1 else 0
    return chk


def seal_code(exhibit):
    """[seal: Seal code]"""
    bits = int(exhibit, 16) >> 126
    values = [bits >> 5 * i & 31 for i in reversed(range(26))]
    check = polymod("evx", values + [0] * 6) ^ 1
    text = "".join(BECH32[v] for v in values + [check >> 5 * i & 31 for i in reversed(range(6))]).upper()
    return "-".join(text[i:i + 4] for i in range(0, 32, 4))


def age_open(identity, ciphertext, what):
    """The plaintext of an age file, with the identity given as text."""
    fd = os.memfd_create("identity")
    try:
        os.write(fd, identity)
        done = subprocess.run(["age", "-d", "-i", f"/dev/fd/{fd}"], input=ciphertext, capture_output=True, pass_fds=[fd])
    finally:
        os.close(fd)
    if done.returncode:
        wrong = b"no identity matched" in done.stderr
        raise Fault("key" if wrong else "forged", f"{what}: {done.stderr.decode(errors='replace').splitlines()[0]}")
    return done.stdout


def stanzas(b, name):
    """The types of the stanzas of an age file."""
    ciphertext = b.read(name)
    need(ciphertext.startswith(b"age-encryption.org/v1\n"), "corrupt", f"{name}: not an age file")
    types = re.findall(rb"(?m)^-> (\S+)", ciphertext.partition(b"\n---")[0])
    need(len(types) <= 1024, "limit", f"{name}: {len(types)} readers")
    return types


def open_key(b, tier, identity, seal):
    """The exhibit's identity of a tier: its text, and the 32 secret bytes."""
    name = f"keys/0000-{tier}.age"
    sealed = b.read(name)
    secret = age_open(identity, sealed, name)
    need(re.fullmatch(rb"AGE-SECRET-KEY-1[0-9A-Z]{58}\n", secret), "corrupt", f"{name}: not an identity")
    public = subprocess.run(["age-keygen", "-y"], input=secret, capture_output=True).stdout.decode().strip()
    need(public == seal[f"{tier}_key"], "forged", f"{name}: not the key that the seal names")
    values = [BECH32.index(c) for c in secret.decode()[16:-1].lower()]
    need(polymod("age-secret-key-", values) == 1, "corrupt", f"{name}: check characters")
    return secret, int("".join(f"{v:05b}" for v in values[:52])[:256], 2).to_bytes(32, "big")


def open_part(b, part, secret, limit, seal):
    name = f"custody/0000-seal.{part}.age"
    need(name in b.members, "corrupt", f"no {name}")
    sealed = b.read(name)
    value = json_line(age_open(secret, sealed, name), limit, name)
    for k, v in (("format", f"evx-{part}/1"), ("uuid", b.uuid), ("sequence", 0), ("author", seal["signers"][0])):
        need(value.pop(k, None) == v, "forged", f"{name}: C-BINDING: {k}")
    return value
