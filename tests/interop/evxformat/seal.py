"""documents.md, seal.md, signatures.md, age.md: signed documents and their chain, keys, encrypted parts."""
import base64, os, re, struct, subprocess, tempfile
from .container import JSON, KEY_FILES, KINDS, PARTS, RECORD, SIGNATURES, STAMPS, TAIL
from .conventions import HEX, Fault, is_a, is_time, json_line, keys, need, sha256


def string(data):
    return struct.pack(">I", len(data)) + data


def is_signing_key(text):
    """The one text of a key of a file, or of a token. [signatures: Public signing key]"""
    if is_a(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}", text):
        return True
    if not is_a(r"sk-ssh-ed25519@openssh\.com [A-Za-z0-9+/]+=*", text):
        return False
    kind, encoded = text.split()
    blob = base64.b64decode(encoded)
    head = string(kind.encode()) + struct.pack(">I", 32)
    rest = blob[len(head) + 32:]
    return (blob.startswith(head) and base64.b64encode(blob).decode() == encoded and re.fullmatch(rb"ssh:[!-~]{0,28}", rest[4:]) is not None
            and rest == string(rest[4:]))


def verified(document, signature, key, namespace):
    """ssh-keygen's word that a signature is good; its file must have the one form that is accepted. [signatures: Signature file]"""
    try:
        blob = base64.b64decode(b"".join(signature.split(b"\n")[1:-2]), validate=True)
    except ValueError:
        return False
    kind = key.split()[0].encode()
    tail = 5 if kind.startswith(b"sk-") else 0  # of a token: flags, counter
    fixed = (b"SSHSIG\0\0\0\1" + string(base64.b64decode(key.split()[1])) + string(namespace.encode()) + string(b"") + string(b"sha512")
             + struct.pack(">I", 4 + len(kind) + 4 + 64 + tail) + string(kind) + b"\0\0\0\x40")
    text = base64.b64encode(fixed + blob[len(fixed):]).decode()
    lines = ["-----BEGIN SSH SIGNATURE-----", *(text[i:i + 70] for i in range(0, len(text), 70)), "-----END SSH SIGNATURE-----", ""]
    if tail and len(blob) == len(fixed) + 64 + tail and not blob[-tail] & 1:
        return False  # nobody touched it, which ssh-keygen does not mind
    if len(blob) != len(fixed) + 64 + tail or "\n".join(lines).encode() != signature:
        return False
    with tempfile.NamedTemporaryFile("w") as allowed, tempfile.NamedTemporaryFile("wb") as sig:
        allowed.write(f'signer namespaces="{namespace}" {key}\n')
        sig.write(signature)
        allowed.flush(), sig.flush()
        return subprocess.run(["ssh-keygen", "-Y", "verify", "-f", allowed.name, "-I", "signer", "-n", namespace, "-s", sig.name],
                              input=document, capture_output=True).returncode == 0


def check_event(b, number, before, record_before):
    """One event of the chain: document, signatures, files, record; returns the document, the hash of the event, that of its record."""
    members = b.events[number]
    names = {k: [n for p, n in members if p.kind == k] for k in range(len(KINDS))}
    name, what = names[JSON][0], f"event {number}"
    text = b.read(name)
    doc = json_line(text, 1 << 20, what)
    need(doc.get("format") == "evx-event/1", "unsupported" if is_a(r"evx-event/\d+", doc.get("format")) else "corrupt", f"{what}: format")
    signers = doc.get("signers")
    need(isinstance(signers, list) and 1 <= len(signers) <= 16 and all(is_signing_key(s) for s in signers)
         and len(set(signers)) == len(signers), "corrupt", f"{what}: signers")
    need(names[SIGNATURES] == [f"{name}.sig{i + 1}" for i in range(len(signers))], "corrupt", f"{what}: signatures missing or extra")
    for s, key in zip(names[SIGNATURES], signers):
        need(verified(text, b.read(s), key, "evx-event/1"), "forged", f"{s}: not a signature of {key}")
    kind = next(p.type for p, n in members if n == name)
    common = "format type uuid sequence time signers files" + (" exhibit previous record" if number else "")
    if number == 0:
        need(not {"exhibit", "previous", "record", "stamps"} & set(doc), "corrupt", "seal: names an event before it")
        keys(doc, what, common + " shape complete tagmanifest listing_root sequences custody_key content_key readers",
             "origin case exhibit_number")
    for k in common.split():
        need(k in doc, "corrupt", f"{what}: no {k}")
    need((kind == "seal") == (number == 0), "corrupt", f"{what}: is a {kind}")
    for k, v in (("type", kind), ("uuid", b.uuid), ("sequence", number), *zip(("exhibit", "previous"), before)):
        need(doc.get(k) == v, "custody", f"{what}: {k} is {doc.get(k)!r}")
    need(is_time(doc["time"]), "corrupt", f"{what}: time")
    need(not number or is_a(HEX, doc["record"]), "corrupt", f"{what}: record")
    named = doc.get("stamps", ["0" * 64])
    need(isinstance(named, list) and named and all(is_a(HEX, h) for h in named) and len(set(named)) == len(named), "corrupt", f"{what}: stamps")
    need(len(named) <= 256, "limit", f"{what}: more than 256 stamps")
    parts = [n for k in PARTS for n in names[k]]
    private = doc.get("private", 1) if number else 1
    for n in () if b.signed_only else parts:
        need(is_count(private) and stanzas(b, n) == [b"X25519"] * private, "corrupt", f"{n}: not for as many readers as the event says")
    need(b.signed_only or list(doc["files"]) == [n.removeprefix("custody/") for n in parts], "corrupt", f"{what}: its files, in their order")
    need(b.signed_only or list(doc["files"].values()) == [b.hash(n) for n in parts], "forged", f"{what}: hashes of its files")
    introduced = [n for k in KEY_FILES for n in names[k]]
    if number and not b.signed_only:
        check_key_files(b, doc, number, introduced, what)
        keys(doc, what, "", common + " stamps private readers key_files custody_key") if kind == "rewrap" else None
    record = b.read(names[RECORD][0])
    listed = {**{"custody/" + n: h for n, h in doc["files"].items()}, **(doc.get("key_files", {}) if kind == "rewrap" else {})}
    need(record == b.sums([name, *names[SIGNATURES]]) + "".join(f"{h}  {n}\n" for n, h in listed.items()).encode(), "forged", f"{what}: its record is not that of the files")
    if number and doc["record"] != record_before:
        b.notes.append(f"{what}: C-RESIGNED")
    return doc, sha256(text).hex(), sha256(record).hex()


def is_count(n):
    return type(n) is int and 1 <= n <= 1024


def check_key_files(b, doc, number, introduced, what):
    """The new key files of a rewrap; no other event has any. [events: Rewrap]"""
    if doc["type"] != "rewrap":
        return need(not introduced, "corrupt", f"{what}: key files in a {doc['type']}")
    tiers = [t for t in ("custody", "content") if f"keys/{number:04d}-{t}.age" in introduced]
    need(tiers and list(doc["key_files"]) == introduced and list(doc["readers"]) == tiers, "corrupt", f"{what}: not the key files that it names")
    for t, n in zip(tiers, introduced):
        need(doc["key_files"][n] == b.hash(n), "forged", f"{n}: hash")
        need(is_count(doc["readers"][t]) and stanzas(b, n) == [b"X25519"] * doc["readers"][t], "corrupt", f"{n}: not the number of readers in the event")
    need("custody_key" not in doc or "custody" in tiers, "corrupt", f"{what}: a new custody key that nobody can open")


def custody_keys(chain, number):
    """The public custody keys that the chain has introduced up to event number, in their order."""
    return [d["custody_key"] for d in chain[:number + 1] if "custody_key" in d and d["type"] in ("seal", "rewrap")]


# events.md "Types": for each type after the seal the keys that it must have beside the common ones, those that it may have, and who may sign it.
TYPES = {
    "note": ("", "", "anyone"), "access": ("", "", "anyone"), "examine": ("", "", "anyone"), "verify": ("result", "", "anyone"),
    "copy": ("", "counterparty", "holder"), "move": ("", "", "holder"), "release": ("counterparty keeps", "", "holder"),
    "accept": ("refers seen_head seen_length inventoried result", "", "receiver"), "refuse": ("refers", "", "receiver"),
    "withdraw": ("refers", "", "actor"), "take-over": ("former reason", "", "anyone"), "approve": ("refers", "", "anyone"),
    "correct": ("refers", "", "actor or holder"), "inquiry": ("state", "refers", "anyone"), "hold": ("", "", "holder"), "hold-lift": ("refers", "", "holder"),
    "dispose-authorise": ("", "", "holder"), "dispose": ("refers", "", "holder"), "inventory": ("", "", "holder"),
    "disclose": ("", "counterparty disclosure", "holder"), "rewrap": ("readers key_files", "custody_key", "holder"),
}
VALUES = {"result": ("intact", "remarks", "broken", "not-checked"), "keeps": ("nothing", "copy"), "reason": ("retired", "dead", "lost-key"), "state": ("open", "closed")}
COMMON = "format type uuid sequence time signers files exhibit previous record"


class Holding:
    """Who holds the exhibit, and the release that is open. [events: Holder, Types]"""

    def __init__(self, sealer):
        self.holder, self.release, self.by_hash = sealer, None, {}

    def add(self, doc, number, head):
        """Judges event number, whose hash is head, and follows it; what stands in the way of a judgement, or None."""
        what, kind, actor = f"event {number}", doc["type"], doc["signers"][0]
        must, may, who = TYPES[kind]
        keys(doc, what, f"{COMMON} {must}", f"{may} stamps private")
        for k, allowed in VALUES.items():
            need(k not in doc or is_a(".*", doc[k]) and doc[k] in allowed, "corrupt", f"{what}: {k}")
        for k in ("counterparty", "former"):
            need(k not in doc or is_signing_key(doc[k]), "corrupt", f"{what}: {k}")
        for k in ("refers", "seen_head"):
            need(k not in doc or is_a(HEX, doc[k]), "corrupt", f"{what}: {k}")
        need(type(doc.get("inventoried", True)) is bool, "corrupt", f"{what}: inventoried")
        seen = doc.get("seen_length", 1)
        need(type(seen) is int and 1 <= seen <= 10000, "corrupt", f"{what}: seen_length")
        about = self.by_hash.get(doc.get("refers"))
        need("refers" not in doc or about, "custody", f"{what}: R-REFERS")
        if who == "holder":
            need(actor == self.holder, "custody", f"{what}: R-HOLDER")
        if who == "receiver":
            need(self.release and doc["refers"] == self.release[0] and actor == self.release[1]["counterparty"], "custody", f"{what}: no such release")
        if who.startswith("actor"):
            need(actor == about["signers"][0] or who != "actor" and actor == self.holder, "custody", f"{what}: not its author")
        self.by_hash[head] = doc
        return self.follow(doc, number, head)

    def follow(self, doc, number, head):
        kind = doc["type"]
        if kind == "release":
            need(not self.release and doc["counterparty"] != self.holder, "custody", f"event {number}: a release is open, or goes nowhere")
            self.release = head, doc
        elif kind == "accept":
            self.holder, self.release = self.release[1]["counterparty"], None
        elif kind in ("refuse", "withdraw"):
            need(self.release and doc["refers"] == self.release[0], "custody", f"event {number}: no such release")
            self.release = None
        elif kind == "take-over":
            return f"event {number:04d} is a take-over, which only somebody who knows the signers can judge"
        return None


def check_chain(b):
    """The documents from the seal on, the hashes of seal and newest event, and what stands in the way of a judgement on the whole chain, or None.
    Policies and rosters are not judged here: who signs must be the holder in person."""
    before, record, chain, newer, holding = (), None, [], None, None
    for number in range(len(b.events)):
        doc, head, record = check_event(b, number, before, record)
        chain.append(doc)
        if number and not newer and doc["type"] not in TYPES:
            newer = f"event {number:04d} is of a newer type, {doc['type']}: the chain is not judged from there on"
        if number and not newer:
            newer = holding.add(doc, number, head)
        if number and doc["type"] == "disclose" and "disclosure" in doc:
            keys(doc["disclosure"], f"event {number}: disclosure", "uuid manifest listing_root")
        if number and not newer and doc["type"] == "rewrap":
            had = custody_keys(chain, number - 1) + [chain[0]["content_key"]]
            need(doc.get("custody_key") not in had, "custody", f"event {number}: R-CUSTODY-KEY")
        if not number:
            holding = Holding(doc["signers"][0])
            holding.by_hash[head] = doc
        before = (before[0] if before else head, head)
    stamps = {b.hash(n): number for number in range(len(b.events)) for p, n in b.events[number] if p.kind == STAMPS}
    for number, doc in enumerate(chain):
        if any(stamps.get(h, number) >= number for h in doc.get("stamps", ())):
            b.notes.append(f"event {number}: C-STAMP-MISSING")
    seal = chain[0]
    need(seal["shape"] in ("whole", "disclosure") and seal["complete"] in ("yes", "no"), "corrupt", "seal: shape or complete")
    need(is_a(HEX, seal["listing_root"]), "corrupt", "seal: listing_root")
    if b.signed_only:
        return chain, before, newer
    need(seal["tagmanifest"] == b.hash(TAIL[2]), "forged", "seal: tagmanifest")
    b.check_lengths(seal["sequences"])
    keys(seal["readers"], "seal: readers", "custody content")
    for tier in ("custody", "content"):
        n = f"keys/0000-{tier}.age"
        need(stanzas(b, n) == [b"X25519"] * seal["readers"][tier], "corrupt", f"{n}: not the number of readers in the seal")
    return chain, before, newer


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


def public_of(secret, what):
    need(re.fullmatch(rb"AGE-SECRET-KEY-1[0-9A-Z]{58}\n", secret), "corrupt", f"{what}: not an identity")
    return subprocess.run(["age-keygen", "-y"], input=secret, capture_output=True).stdout.decode().strip()


def aligned(found, want, name):
    """The identities beside the public keys that the chain names for them: in order, the newest among them, earlier ones maybe not (None)."""
    publics = [public_of(s, name) for s in found]
    need(publics and publics[-1] == want[-1] and all(p in want for p in publics), "forged", f"{name}: not the keys that the chain names")
    places = [want.index(p) for p in publics]
    need(all(a < b for a, b in zip(places, places[1:])), "corrupt", f"{name}: keys out of order, or twice")
    return [found[places.index(i)] if i in places else None for i in range(len(want))]


def open_key(b, tier, identity, chain):
    """The exhibit's identities of a tier, from the key files that the identity opens, the newest first; None for one that it was not given.
    [events: Rewrap]"""
    keys_of_chain = custody_keys(chain, len(chain)) if tier == "custody" else [chain[0]["content_key"]]
    have = [None] * len(keys_of_chain)
    for number in reversed(range(len(chain))):
        name = f"keys/{number:04d}-{tier}.age"
        if name not in b.members:
            continue
        try:
            found = age_open(identity, b.read(name), name).splitlines(keepends=True)
        except Fault as fault:
            if fault.kind != "key":
                raise
            continue
        want = custody_keys(chain, number) if tier == "custody" else keys_of_chain
        for i, secret in enumerate(aligned(found, want, name)):
            have[i] = have[i] or secret
    need(any(have), "key", f"no {tier} key file is for this identity")
    return have


def secret_bytes(secret):
    """The 32 bytes of an identity."""
    values = [BECH32.index(c) for c in secret.decode()[16:-1].lower()]
    need(polymod("age-secret-key-", values) == 1, "corrupt", "identity: check characters")
    return int("".join(f"{v:05b}" for v in values[:52])[:256], 2).to_bytes(32, "big")


def open_part(b, part, secret, limit, chain, number=0):
    doc = chain[number]
    name = f"custody/{number:04d}-{doc['type']}.{part}.age"
    need(name in b.members, "corrupt", f"no {name}")
    sealed = b.read(name)
    value = json_line(age_open(secret, sealed, name), limit, name)
    for k, v in (("format", f"evx-{part}/1"), ("uuid", b.uuid), ("sequence", number), ("previous", doc.get("previous")), ("author", doc["signers"][0])):
        need(value.pop(k, None) == v, "forged", f"{name}: C-BINDING: {k}")
    return value


def open_later_details(b, identities, chain):
    """The details of all events after the seal whose custody key is there, by their numbers. [events: Details of events]"""
    opened = {}
    for number, doc in enumerate(chain):
        in_force = len(custody_keys(chain, number - 1))
        has_key = in_force <= len(identities) and identities[in_force - 1] is not None
        if number and f"{number:04d}-{doc['type']}.details.age" in doc["files"] and "private" not in doc and has_key:
            opened[number] = open_part(b, "details", identities[in_force - 1], 4 << 20, chain, number)
    return opened
