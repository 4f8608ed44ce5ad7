#!/usr/bin/python3
"""Reader of evx bundles, written from format-spec/ alone; no line of it comes from evx.

usage: reader.py [--deep] BUNDLE [IDENTITY [TARGET]]

BUNDLE is an .evx file, its first volume (.001), or an unpacked bundle. Without IDENTITY (a file with an age secret key) the container,
the seal and the chain are checked; with it every byte of every file too; with TARGET (must not exist) the files are written there.
--deep: no byte of the payload belongs to nothing. Exit: 0 good, 1 bad, 2 usage, 3 wrong key, 4 newer format. The last line is the
result, the class of a fault (conventions.md) its first word. Needs Python 3.11, python3-cryptography, age, zstd, ssh-keygen.
Section marks such as [container: Index] name the page and heading of the specification.
"""
import base64, hashlib, hmac, json, os, re, stat, struct, subprocess, sys, tempfile
from collections import namedtuple
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

PACK, CHUNK, SMALL, MANIFEST = 33554432, 4194304, 67108864, 268435456
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
HEX = r"[0-9a-f]{64}"
NUMBER = r"0|[1-9][0-9]{0,19}"
HOLES_HASHED = 64 << 30


class Fault(Exception):
    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


def need(ok, kind, text):
    if not ok:
        raise Fault(kind, text)


def is_a(pattern, text):
    return isinstance(text, str) and re.fullmatch(pattern, text, re.ASCII) is not None


def sha256(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p)
    return h.digest()


def be64(n):
    return n.to_bytes(8, "big")


def note(text):
    print("note: " + text.encode("unicode_escape").decode())


# ---- JSON [conventions: JSON] -------------------------------------------------------------------------------------------

def json_line(line, limit, what):
    need(len(line) <= limit, "limit", f"{what}: longer than {limit} bytes")
    need(line.endswith(b"\n") and not re.search(rb"[\x00-\x1f\x7f]", line[:-1]), "corrupt", f"{what}: not one line of JSON")
    deep = most = 0
    for c in re.sub(rb'"(?:[^"\\]|\\.)*"', b"", line):
        deep += (c in b"{[") - (c in b"}]")
        most = max(most, deep)
    need(most <= 16, "limit", f"{what}: nested deeper than 16")

    def pairs(items):
        need(len(dict(items)) == len(items), "corrupt", f"{what}: a key twice")
        return dict(items)

    def integer(text):
        need(len(text) <= 17 and abs(int(text)) <= 1 << 53, "corrupt", f"{what}: integer beyond 2^53")
        return int(text)

    def refuse(text):
        raise Fault("corrupt", f"{what}: number {text}")

    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=pairs, parse_int=integer, parse_float=refuse, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # finds unpaired surrogates
    except ValueError as e:
        raise Fault("corrupt", f"{what}: {e}")
    need(isinstance(value, dict), "corrupt", f"{what}: not an object")
    need("\\u0000" not in json.dumps(value), "corrupt", f"{what}: NUL in a text")
    return value


def keys(value, what, required, optional=""):
    """Exactly the required keys, perhaps some of the optional ones; others make the document a newer one, x- ones are ignored."""
    required, optional = required.split(), optional.split()
    for k in value:
        need(k in required or k in optional or k.startswith("x-"), "unsupported", f"{what}: key {k!r} is unknown")
    for k in required:
        need(k in value, "corrupt", f"{what}: no {k}")


def decimal(text, what):
    need(is_a(NUMBER, text) and int(text) < 1 << 63, "corrupt", f"{what}: not a decimal number")
    return int(text)


# ---- The container [container] ------------------------------------------------------------------------------------------

HEAD = ["bagit.txt", "README.txt", "keys/0000-custody.age", "keys/0000-content.age"]
TAIL = ["manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt"]
TAGGED = ["bag-info.txt", "bagit.txt", "keys/0000-content.age", "keys/0000-custody.age", "manifest-sha256.txt", "README.txt"]
# The files of an event in their order: pattern of the name, with the event's number, its type, and a number within the kind.
KINDS = [re.compile(p, re.ASCII) for p in (
    r"keys/(\d{4})-custody()()\.age", r"keys/(\d{4})-content()()\.age",
    *(r"custody/(\d{4})-([a-z-]{1,32})" + p for p in (
        r"\.json()", r"\.json\.sig([1-9]\d?)", r"\.details()\.age", r"\.content()\.age", r"\.listing()\.age",
        r"\.attach([1-9]\d{0,3})\.age", r"\.record()", r"\.tsr((?:[2-9]|[1-9]\d{1,3})?)")))]
KEY_FILES, JSON, SIGNATURES, PARTS, RECORD, STAMPS = (0, 1), 2, 3, (4, 5, 6, 7), 8, 9
Place = namedtuple("Place", "event kind number type")


def place(name):
    for kind, pattern in enumerate(KINDS):
        if m := pattern.fullmatch(name):
            return Place(int(m[1]), kind, int(m[3] or 0), m[2])
    raise Fault("corrupt", f"member {name!r} has no place in a bundle")


def header(path, size):
    """The one valid tar header for a path and a size."""
    prefix, name = path.rsplit("/", 1)
    need(path.isascii() and len(name) <= 99 and len(prefix) <= 155, "corrupt", f"{path!r} is no path of a member")
    h = bytearray(512)
    for at, value in ((0, name), (100, "0000644"), (108, "0000000"), (116, "0000000"), (124, f"{size:011o}"), (136, "0" * 11),
                      (148, " " * 8), (156, "0"), (257, "ustar\00000"), (329, "0000000"), (337, "0000000"), (345, prefix)):
        h[at:at + len(value)] = value.encode("ascii")
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)


class Bundle:
    """The members of a bundle in order, by their names without the UUID: where the header is, how long the content is."""

    def __init__(self, path):
        self.uuid, self.members = None, {}
        if os.path.isdir(path):
            self.directory = path
            self.lay_out()
        else:
            self.directory = None
            self.parts, end, n = [], 0, 1
            while os.path.exists(path):
                self.parts.append((end, open(path, "rb")))
                end += os.path.getsize(path)
                if not re.search(r"\.\d{3,4}$", path):
                    break
                n += 1
                path = path[:path.rindex(".")] + f".{n:03d}"
            need(self.parts, "not-ours", "no such file")
            self.length = end
            self.walk()

    def raw(self, at, n):
        need(at + n <= self.length, "truncated", f"ends at {self.length}, inside a member or before the end blocks")
        out = b""
        for start, f in reversed(self.parts):
            if start < at + n:
                f.seek(max(at - start, 0))
                piece = f.read(at + n - max(at, start))
                n -= len(piece)
                out = piece + out
        return out

    def walk(self):
        at = 0
        while (block := self.raw(at, 512)) != bytes(512):
            name, prefix = (block[a:b].rstrip(b"\0").decode("latin-1") for a, b in ((0, 100), (345, 500)))
            uuid, _, folder = prefix.partition("/")
            path = f"{folder}/{name}" if folder else name
            if at == 0:
                need(is_a(UUID, uuid) and path == "bagit.txt", "not-ours", "does not begin with bagit.txt of an exhibit")
                self.uuid = uuid
            need(re.fullmatch(rb"[0-7]{11}\0", block[124:136]), "corrupt", f"header at {at}: size")
            size = int(block[124:135], 8)
            need(uuid == self.uuid and block == header(f"{prefix}/{name}", size), "corrupt", f"header at {at} is not in the one form")
            self.add(path, at, size)
            at += 512 + size
            need(self.raw(at, -size % 512) == bytes(-size % 512), "corrupt", f"{path}: padding is not zero")
            at += -size % 512
        need(self.raw(at, 1024) == bytes(1024), "corrupt", f"one end block only, at {at}")
        if self.length > at + 1024:
            note(f"D-TRAILING: {self.length - at - 1024} bytes after the end")

    def add(self, name, at, size):
        need(name not in self.members, "corrupt", f"{name!r} occurs twice")
        limit = PACK if name.startswith("data/") else MANIFEST if name == TAIL[0] else SMALL
        need(size <= limit, "limit", f"{name}: {size} bytes, limit {limit}")
        self.members[name] = (at, size)

    def lay_out(self):
        """An unpacked bundle: the last index gives the order, the files their lengths. [container: Unpacked form]"""
        self.uuid = os.path.basename(os.path.realpath(self.directory))
        need(is_a(UUID, self.uuid), "not-ours", "the directory's name is not a UUID")
        there = {os.path.relpath(os.path.join(d, f), self.directory) for d, _, files in os.walk(self.directory) for f in files}
        last = max((n for n in there if re.fullmatch(r"index-\d{4}", n)), default=None)
        need(last, "truncated", "no index")
        at = 0
        for line in self.file(last).split(b"\n"):
            if m := re.fullmatch(rb"\d+ (\d+) (\S+)", line):
                packs = re.findall(rb"(?m)^[^ ]*  (.*)$", self.file(TAIL[0])) if m[2] == b"data/" else [m[2]]
                for name in (p.decode("latin-1") for p in packs):
                    need(name in there, "truncated", f"{name!r} is missing")
                    size = os.path.getsize(self.inside(name))
                    self.add(name, at, size)
                    at += 512 + size + -size % 512
        self.add(last, at, os.path.getsize(self.inside(last)))
        for name in sorted(there - set(self.members)):
            note(f"D-EXTRA: {name}")

    def inside(self, name):
        need(".." not in name.split("/") and not name.startswith("/"), "corrupt", f"name {name!r}")
        path = os.path.join(self.directory, name)
        need(os.path.isfile(path) and not os.path.islink(path), "corrupt", f"{name!r} is not a regular file")
        return path

    def file(self, name, at=0, n=SMALL):
        with open(self.inside(name), "rb") as f:
            f.seek(at)
            return f.read(n)

    def read(self, name, at=0, n=None):
        start, size = self.members[name]
        n = size - at if n is None else n
        return self.file(name, at, n) if self.directory else self.raw(start + 512 + at, n)

    def hash(self, name):
        h, size = hashlib.sha256(), self.members[name][1]
        for at in range(0, size, CHUNK):
            h.update(self.read(name, at, min(CHUNK, size - at)))
        return h.hexdigest()

    def sums(self, names):
        """What sha256sum would print."""
        return "".join(f"{self.hash(n)}  {n}\n" for n in names).encode()

    def index(self, name):
        """The index that must stand at a name. [container: Index]"""
        lines = ["evx-index/1"]
        for n, (at, size) in self.members.items():
            if n == name:
                break
            if not n.startswith("data/"):
                lines.append(f"{at} {size} {n}")
            elif n == self.packs[0]:
                lines.append(f"{at} {len(self.packs)} data/")
        text = "\n".join(lines) + "\n"
        return (text + "\n" * (-len(text) % 512) + f"at {self.members[name][0]}".ljust(511) + "\n").encode()

    def check_order(self):
        """[container: Members]; leaves the packs, and the files of each event in order."""
        groups = [[]]
        for name in self.members:
            groups[-1].append(name)
            if re.fullmatch(r"index-\d{4}", name):
                groups.append([])
        need(len(groups) > 1 and groups.pop() == [], "truncated", "does not end with an index")
        self.packs = [n for n in self.members if n.startswith("data/")]
        self.events = []
        for number, names in enumerate(groups):
            need(names.pop() == f"index-{number:04d}", "corrupt", f"index of group {number} has a wrong number")
            before = HEAD + self.packs + TAIL if number == 0 else [f"append-{number:04d}"]
            need(names[:len(before)] == before, "corrupt", f"group {number}: members missing, added or out of order")
            places = [place(n) for n in names[len(before):]]
            need(places and all(a[:3] < b[:3] for a, b in zip(places, places[1:])), "corrupt", f"group {number}: order of its members")
            known = len(self.events)
            for p, name in zip(places, names[len(before):]):
                if p.event == len(self.events):
                    self.events.append([])
                need(p.event < len(self.events) and (p.event >= known or p.kind == STAMPS), "corrupt", f"{name}: not in the place of its event")
                self.events[p.event].append((p, name))
        for n, members in enumerate(self.events):
            kinds = [p.kind for p, _ in members]
            need(all(kinds.count(k) == 1 for k in (JSON, RECORD)), "corrupt", f"event {n}: document or record missing")
            need(len({p.type for p, _ in members} - {""}) == 1, "corrupt", f"event {n}: two types")
        for name in self.members:
            need(not name.startswith("append-") or self.read(name) == bytes(512), "corrupt", f"{name}: not 512 zero bytes")

    def check(self):
        """Everything that needs no key, but the signatures. [container: Verifying the container]"""
        self.check_order()
        need(self.read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "corrupt", "bagit.txt")
        sizes = [self.members[p][1] for p in self.packs]
        need(sizes and 0 not in sizes and sum(s < PACK for s in sizes[:-1]) <= 1, "corrupt", "lengths of the packs")
        for p in self.packs:
            need(is_a(f"data/{HEX}\\.pack", p), "corrupt", f"{p}: name of a pack")
            need(p == f"data/{self.hash(p)}.pack", "forged", f"{p}: SHA-256 is not its name")
        need(self.read(TAIL[2]) == self.sums(TAGGED), "forged", "tagmanifest-sha256.txt is not that of the files")
        need(self.read(TAIL[0]) == "".join(f"{p[5:69]}  {p}\n" for p in self.packs).encode(), "corrupt", "manifest-sha256.txt is not that of the packs")
        need(self.read("bag-info.txt") == f"Payload-Oxum: {sum(sizes)}.{len(sizes)}\n".encode(), "corrupt", "bag-info.txt")
        for name in self.members:
            need(not name.startswith("index-") or self.read(name) == self.index(name), "corrupt", f"{name} is not the one computed")


# ---- Documents, events, records [documents, seal] -----------------------------------------------------------------------

def verified(document, signature, key, namespace):
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
    need(isinstance(signers, list) and 1 <= len(signers) <= 16 and all(is_a(r"ssh-ed25519 [A-Za-z0-9+/]+", s) for s in signers)
         and len(set(signers)) == len(signers), "corrupt", f"{what}: signers")
    need(names[SIGNATURES] == [f"{name}.sig{i + 1}" for i in range(len(signers))], "corrupt", f"{what}: signatures missing or extra")
    for s, key in zip(names[SIGNATURES], signers):
        need(verified(text, b.read(s), key, "evx-event/1"), "forged", f"{s}: not a signature of {key}")
    kind = next(p.type for p, n in members if n == name)
    common = "format type uuid sequence time signers files" + (" exhibit previous" if number else "")
    if number == 0:
        keys(doc, what, common + " shape complete tagmanifest listing_root custody_key content_key readers",
             "policy origin case exhibit_number")
    for k in common.split():
        need(k in doc, "corrupt", f"{what}: no {k}")
    need((kind == "seal") == (number == 0), "corrupt", f"{what}: is a {kind}")
    for k, v in (("type", kind), ("uuid", b.uuid), ("sequence", number), *zip(("exhibit", "previous"), before)):
        need(doc.get(k) == v, "custody", f"{what}: {k} is {doc.get(k)!r}")
    need(is_a(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", doc["time"]), "corrupt", f"{what}: time")
    parts = [n for k in PARTS for n in names[k]]
    need(doc["files"] == {n.removeprefix("custody/"): b.hash(n) for n in parts}, "forged", f"{what}: hashes of its files")
    introduced = [n for k in KEY_FILES for n in names[k]]
    record = b.read(names[RECORD][0])
    expected = b.sums([name, *names[SIGNATURES], *parts, *introduced, *sorted(stamps)])
    need(record == expected, "forged", f"{what}: its record is not that of the files")
    stamps[:] = names[STAMPS]
    return doc, sha256(record).hex()


def check_chain(b):
    before, stamps, seal = (), [], None
    for number in range(len(b.events)):
        doc, head = check_event(b, number, before, stamps)
        seal = seal or doc
        before = (before[0] if before else head, head)
    need(seal["shape"] in ("whole", "disclosure") and seal["complete"] in ("yes", "no"), "corrupt", "seal: shape or complete")
    need(seal["tagmanifest"] == b.hash(TAIL[2]), "forged", "seal: tagmanifest")
    need(is_a(HEX, seal["listing_root"]), "corrupt", "seal: listing_root")
    return seal, before


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


# ---- Keys and encrypted parts [seal, age] -------------------------------------------------------------------------------

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


def stanzas(ciphertext):
    need(ciphertext.startswith(b"age-encryption.org/v1\n"), "corrupt", "not an age file")
    return re.findall(rb"(?m)^-> (\S+)", ciphertext.partition(b"\n---")[0])


def open_key(b, tier, identity, seal):
    """The exhibit's identity of a tier: its text, and the 32 secret bytes."""
    name = f"keys/0000-{tier}.age"
    sealed = b.read(name)
    need(stanzas(sealed) == [b"X25519"] * seal["readers"][tier], "forged", f"{name}: not the number of readers in the seal")
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
    need(stanzas(sealed) == [b"X25519"], "corrupt", f"{name}: not for one reader")
    value = json_line(age_open(secret, sealed, name), limit, name)
    for k, v in (("format", f"evx-{part}/1"), ("uuid", b.uuid), ("sequence", 0), ("author", seal["signers"][0])):
        need(value.pop(k, None) == v, "forged", f"{name}: C-BINDING: {k}")
    return value


# ---- Payload [payload] --------------------------------------------------------------------------------------------------

DATA, LISTING, CONTENT_NODE, LISTING_NODE, PADDING = range(1, 6)
Reference = namedtuple("Reference", "id key sequence position stored plain span")


def reference(value, what):
    """A reference in JSON: the reference, and its level or None."""
    keys(value, what, "id key sequence position stored plain span", "level")
    need(is_a(HEX, value["id"]) and is_a(HEX, value["key"]) and all(type(value.get(k, 0)) is int and value.get(k, 0) >= 0
         for k in ("sequence", "stored", "plain", "level")), "corrupt", what)
    return Reference(bytes.fromhex(value["id"]), bytes.fromhex(value["key"]), value["sequence"], decimal(value["position"], what),
                     value["stored"], value["plain"], decimal(value["span"], what)), value.get("level")


def zstd_end(data):
    """The length of the zstd frame at the start of data, from its block headers. (RFC 8878 section 3.1.1)"""
    need(data[:4] == b"\x28\xb5\x2f\xfd" and len(data) > 5, "corrupt", "not a zstd frame")
    d = data[4]
    at = 5 + (not d & 32) + (0, 1, 2, 4)[d & 3] + ((1 if d & 32 else 0), 2, 4, 8)[d >> 6]
    last = 0
    while not last:
        need(at + 3 <= len(data), "corrupt", "zstd frame is cut off")
        block = int.from_bytes(data[at:at + 3], "little")
        last, at = block & 1, at + 3 + (1 if block >> 1 & 3 == 1 else block >> 3)
    return at + (4 if d & 4 else 0)


def unzstd(frames, plain):
    """Decompresses whole frames in one process; the output must be as long as the references say."""
    for f in frames:
        need(zstd_end(f) == len(f), "corrupt", "not exactly one zstd frame")
    with tempfile.TemporaryFile() as packed:
        packed.write(b"".join(frames))
        packed.seek(0)
        with subprocess.Popen(["zstd", "-dcq"], stdin=packed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as p:
            out = p.stdout.read(plain + 1)
            if len(out) > plain:
                p.kill()
    need(p.returncode == 0 and len(out) == plain, "corrupt", "zstd frames do not give the plain length")
    return out


def padme(n):
    if n < 2:
        return n
    e = n.bit_length() - 1
    unit = 1 << e - e.bit_length()
    return -(-n // unit) * unit


class Payload:
    def __init__(self, b, secret, part):
        self.b, self.seen = b, {}
        extract = hmac.digest(bytes(32), secret, "sha256")
        self.header_key = ChaCha20Poly1305(hmac.digest(extract, b"evx-header/1\x01", "sha256"))
        need(isinstance(part["sequences"], list) and len(part["sequences"]) == 2, "corrupt", "content part: sequences")
        self.lengths = [decimal(n, "length of a sequence") for n in part["sequences"]]
        n = -(-self.lengths[0] // PACK)
        self.packs = [b.packs[:n], b.packs[n:]]
        for length, packs in zip(self.lengths, self.packs):
            sizes = [b.members[p][1] for p in packs]
            need(sum(sizes) == length and all(s == PACK for s in sizes[:-1]), "corrupt", "packs are not as long as the sequences")

    def bytes_at(self, sequence, at, n):
        need(sequence in (0, 1) and at + n <= self.lengths[sequence], "corrupt", f"frame at {at} of {n} bytes is outside its sequence")
        out = b""
        while len(out) < n:
            p, here = self.packs[sequence][(at + len(out)) // PACK], (at + len(out)) % PACK
            out += self.b.read(p, here, min(n - len(out), PACK - here))
        return out

    def open(self, ref, kind, level):
        """The codec and the data of a frame, header and body authenticated. [payload: Frames]"""
        what = f"frame {ref.sequence}/{ref.position}"
        need(78 <= ref.stored <= 77 + CHUNK and 1 <= ref.plain <= CHUNK, "corrupt", f"{what}: lengths in its reference")
        raw = self.bytes_at(ref.sequence, ref.position, ref.stored)
        known = self.seen.setdefault((ref.sequence, ref.position), (ref.stored, kind, level, ref.plain, ref.key, ref.id))
        need(known == (ref.stored, kind, level, ref.plain, ref.key, ref.id), "corrupt", f"{what}: two references disagree")
        try:
            head = self.header_key.decrypt(struct.pack(">IQ", ref.sequence, ref.position), raw[:60], b"evx-header/1")
            body = ChaCha20Poly1305(ref.key).decrypt(bytes(12), raw[60:], b"evx-frame/1" + struct.pack(">BBI", kind, level, ref.plain))
        except InvalidTag:
            raise Fault("forged", f"{what}: tag")
        need(head == struct.pack(">BBHII32s", kind, level, 0, ref.stored, ref.plain, ref.key), "corrupt", f"{what}: header and reference disagree")
        codec, data = body[0], body[1:]
        need(codec == 0 and len(data) == ref.plain or codec == 1 and kind in (DATA, LISTING) and len(data) < ref.plain, "corrupt", f"{what}: codec")
        return codec, data

    def plains(self, refs, kind):
        """The plaintexts of frames of level 0, in order; zstd runs once for many."""
        batch = []

        def flush():
            packed = [(data, r.plain) for r, codec, data in batch if codec]
            text, at = unzstd([d for d, _ in packed], sum(n for _, n in packed)) if packed else b"", 0
            for r, codec, data in batch:
                if codec:
                    data, at = text[at:at + r.plain], at + r.plain
                need(sha256(data) == r.id, "forged", f"frame {r.sequence}/{r.position}: id")
                yield data
            batch.clear()

        for r in refs:
            batch.append((r, *self.open(r, kind, 0)))
            if sum(r.plain for r, _, _ in batch) >= PACK:
                yield from flush()
        yield from flush()

    def tree(self, ref, level, kind, first=0):
        """The references to the frames of a stream in order. [payload: References and trees]"""
        what = f"node {ref.sequence}/{ref.position}"
        _, text = self.open(ref, CONTENT_NODE if kind == DATA else LISTING_NODE, level)
        need(sha256(text) == ref.id, "forged", f"{what}: id")
        need(len(text) >= 12, "corrupt", f"{what}: length")
        start, count = struct.unpack(">QI", text[:12])
        need(start == first and 1 <= count <= 1024 and len(text) == 12 + 92 * count, "corrupt", f"{what}: first, count or length")
        for fields in struct.iter_unpack(">32s32sIQIIQ", text[12:]):
            r = Reference(*fields)
            need(level or r.span == r.plain, "corrupt", f"{what}: span of a frame")
            if level:
                yield from self.tree(r, level - 1, kind, first)
            else:
                yield r
            first += r.span
        need(first - start == ref.span, "corrupt", f"{what}: span")

    def stream(self, root, kind, what):
        """All plaintexts of a stream, whose root is a reference in JSON or absent."""
        if root is not None:
            ref, level = reference(root, what)
            need(level is not None and level <= 7, "corrupt", f"{what}: level")
            yield from self.plains(self.tree(ref, level, kind), kind)

    def check_tiling(self, paddings):
        """No byte of a pack belongs to nothing. [payload: Tiling, Padding]"""
        need(isinstance(paddings, list), "corrupt", "content part: padding")
        for p in paddings:
            ref, _ = reference(p, "padding")
            _, data = self.open(ref, PADDING, 0)
            need(not any(data) and sha256(data) == ref.id and ref.span == ref.plain, "corrupt", "padding is not zeros")
            smallest = ref.position + 78
            while (padme(smallest % PACK) - smallest % PACK) > 0:
                smallest += padme(smallest % PACK) - smallest % PACK
            need(self.lengths[ref.sequence] == smallest == ref.position + ref.stored, "corrupt", f"sequence {ref.sequence}: padding")
        ends = [0, 0]
        for (sequence, position), frame in sorted(self.seen.items()):
            need(position == ends[sequence], "corrupt", f"sequence {sequence}: gap or overlap at {ends[sequence]}")
            ends[sequence] += frame[0]
        need(ends == self.lengths, "corrupt", "sequences are longer than their frames")
        need([f[1] for f in self.seen.values()].count(PADDING) == sum(n > 0 for n in ends), "corrupt", "number of padding frames")


# ---- Listing [listing] --------------------------------------------------------------------------------------------------

TYPES = "file dir symlink fifo socket char block unknown".split()
ANY = "mode uid gid user group atime mtime ctime btime error metadata_error excluded xattrs acl_access acl_default flags path path_b64 type"
ONLY = {"file": "size hardlink data unreadable changed_while_reading sha256 sparse_sha256 md5 sha1", "dir": "not_crossed",
        "symlink": "target target_b64", "char": "device", "block": "device"}


def name_of(line, key, what):
    """Bytes under key, or base64 under key_b64 where they are not UTF-8."""
    need((key in line) != (key + "_b64" in line), "corrupt", f"{what}: {key}")
    text = line.get(key, line.get(key + "_b64"))
    need(isinstance(text, str), "corrupt", f"{what}: {key}")
    if key in line:
        return text.encode()
    return unbase64(text, f"{what}: {key}_b64", utf8=False)


def unbase64(text, what, utf8=True):
    try:
        value = base64.b64decode(text, validate=True)
        ok = base64.b64encode(value).decode() == text
        if ok and not utf8:
            value.decode()
            ok = False
    except UnicodeDecodeError:
        ok = True
    except ValueError:
        ok = False
    need(ok, "corrupt", what)
    return value


def ranges(value, size, what):
    end, out = 0, []
    need(isinstance(value, list), "corrupt", what)
    for pair in value:
        need(isinstance(pair, list) and len(pair) == 2, "corrupt", what)
        at, n = (decimal(v, what) for v in pair)
        need(at >= end and n > 0 and at + n <= size, "corrupt", what)
        end = at + n
        out.append((at, n))
    return out


class Entry:
    """One line of the listing, checked by itself."""

    def __init__(self, text, index):
        self.text, what = text, f"line {index}"
        line = self.line = json_line(text, 1 << 20, what)
        self.type = line.get("type")
        need(self.type in TYPES, "corrupt", f"{what}: type")
        keys(line, what, "type", ANY + " " + " ".join(ONLY.values()))
        for kind, only in ONLY.items():
            need(self.type == kind or self.type in ("char", "block") and only == "device" or not set(only.split()) & set(line), "corrupt", f"{what}: key of another type")
        self.path = name_of(line, "path", what)
        self.components = self.path.split(b"/")
        need(len(self.path) <= 262144 and b"\0" not in self.path and all(c not in (b"", b".", b"..") and len(c) <= 255 for c in self.components),
             "corrupt", f"{what}: path")
        self.length = 0
        if self.type == "symlink":
            self.target = name_of(line, "target", what)
        if self.type == "file":
            self.size = decimal(line.get("size"), f"{what}: size")
            whole = [(0, self.size)] if self.size and "error" not in line else []
            self.data = ranges(line["data"], self.size, f"{what}: data") if "data" in line else whole
            self.length = sum(n for _, n in self.data)
            unreadable = ranges(line.get("unreadable", []), self.size, f"{what}: unreadable")
            holes = self.size - self.length
            need("sha256" in line or unreadable or "error" in line or holes > HOLES_HASHED, "corrupt", f"{what}: no sha256")
            need("sparse_sha256" in line or "data" not in line or "error" in line, "corrupt", f"{what}: no sparse_sha256")
            need(not any(a < u + m and u < a + n for a, n in self.data for u, m in unreadable), "corrupt", f"{what}: unreadable, yet stored")


def merkle(leaves):
    """RFC 6962 section 2.1, over leaves already hashed."""
    stack = []
    for n, leaf in enumerate(leaves, 1):
        stack.append(leaf)
        while n % 2 == 0:
            stack[-2:] = [sha256(b"\x01", *stack[-2:])]
            n //= 2
    while len(stack) > 1:
        stack[-2:] = [sha256(b"\x01", *stack[-2:])]
    return stack[0]


def read_listing(payload, part, root):
    """All lines with their positions, once the root over them is the one in the seal."""
    need(is_a(HEX, part["leaf_secret"]), "corrupt", "content part: leaf_secret")
    secret, lines, positions = bytes.fromhex(part["leaf_secret"]), [], []
    for text in payload.stream(part["listing"], LISTING, "listing"):
        need(text.endswith(b"\n"), "corrupt", "listing frame does not end with a line")
        for record in text[:-1].split(b"\n"):
            position, tab, line = record.partition(b"\t")
            need(tab and re.fullmatch(rb"-|" + NUMBER.encode(), position), "corrupt", f"line {len(lines)}: position")
            lines.append(line + b"\n")
            positions.append(None if position == b"-" else int(position))
    need(lines and len(lines) == decimal(part["lines"], "content part: lines"), "corrupt", "number of lines")
    tree = merkle(sha256(b"\0", hmac.digest(secret, be64(i), "sha256"), line) for i, line in enumerate(lines))
    need(sha256(b"\x02", be64(len(lines)), tree).hex() == root, "forged", "listing root is not the one in the seal")
    entries, folders, content = [], set(), 0
    for i, line in enumerate(lines):
        e = Entry(line, i)
        need(not entries or entries[-1].components < e.components, "corrupt", f"line {i}: order")
        need(len(e.components) == 1 or tuple(e.components[:-1]) in folders, "corrupt", f"line {i}: no directory above it")
        if e.type == "dir":
            folders.add(tuple(e.components))
        expected = content if e.type == "file" else None
        if "hardlink" in e.line:
            first = e.line["hardlink"]
            need(type(first) is int and 0 <= first < i and entries[first].type == "file" and "hardlink" not in entries[first].line, "corrupt", f"line {i}: hardlink")
            strip = lambda x: {k: v for k, v in x.line.items() if k not in ("path", "path_b64", "hardlink")}
            need(strip(e) == strip(entries[first]), "corrupt", f"line {i}: differs from the line that it links to")
            e.first, expected = entries[first], positions[first]
        else:
            e.first = None
            content += e.length
        need(positions[i] == expected, "corrupt", f"line {i}: position is {positions[i]}, expected {expected}")
        entries.append(e)
    return entries, content


# ---- Contents -----------------------------------------------------------------------------------------------------------

class Files:
    """Checks the digests of all files against the content, and writes the files below target, when there is one."""

    def __init__(self, content, target):
        self.content, self.rest = content, b""
        self.target = os.fsencode(target) if target else None
        if target:
            os.mkdir(target)

    def path(self, entry):
        return os.path.join(self.target, entry.path)

    def take(self, n):
        """The next n bytes of the content, in pieces."""
        while n:
            if not self.rest:
                self.rest = next(self.content, b"")
                need(self.rest, "corrupt", "content is shorter than its files")
            piece, self.rest = self.rest[:n], self.rest[n:]
            n -= len(piece)
            yield piece

    def file(self, e):
        whole = {a: hashlib.new(a) for a in ("sha256", "md5", "sha1") if a in e.line}
        sparse, at = hashlib.sha256(), 0
        out = open(os.open(self.path(e), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") if self.target else None

        def hole(n):
            for i in range(0, n if whole else 0, CHUNK):
                for h in whole.values():
                    h.update(bytes(min(CHUNK, n - i)))

        for start, n in e.data:
            hole(start - at)
            if out:
                out.seek(start)
            for piece in self.take(n):
                for h in (*whole.values(), sparse):
                    h.update(piece)
                if out:
                    out.write(piece)
            at = start + n
        hole(e.size - at)
        if out:
            out.truncate(e.size)
            out.close()
        sparse.update(b"".join(be64(a) + be64(n) for a, n in e.data) + be64(len(e.data)) + be64(e.size))
        for name, h in (*whole.items(), ("sparse_sha256", sparse)):
            need(e.line.get(name, h.hexdigest()) == h.hexdigest(), "forged", f"{e.path!r}: {name} is not that of its line")

    def one(self, e):
        if e.first:
            if self.target:
                os.link(self.path(e.first), self.path(e), follow_symlinks=False)
        elif e.type == "file":
            self.file(e)
        elif not self.target:
            pass
        elif e.type == "dir":
            os.mkdir(self.path(e), 0o700)
        elif e.type == "symlink":
            os.symlink(e.target, self.path(e))
        elif e.type == "fifo":
            os.mkfifo(self.path(e))
        else:
            note(f"not made, {e.type}: {e.path!r}")

    def metadata(self, e):
        """Permissions, extended attributes of users, and times, of files and directories."""
        if e.type not in ("file", "dir"):
            return
        for x in e.line.get("xattrs", []):
            name, value = name_of(x, "name", "xattrs"), unbase64(x["value"], "xattrs")
            if name.startswith(b"user."):
                os.setxattr(self.path(e), name, value)
        if "mode" in e.line:
            os.chmod(self.path(e), int(e.line["mode"], 8) & 0o777)
        if is_a(r"-?[0-9]{1,19}", e.line.get("mtime")):
            os.utime(self.path(e), ns=(int(e.line["mtime"]),) * 2)

    def all(self, entries):
        for e in entries:
            self.one(e)
        need(not self.rest and next(self.content, None) is None, "corrupt", "content is longer than its files")
        for e in reversed(entries if self.target else []):
            self.metadata(e)


def main(arguments):
    deep = "--deep" in arguments
    arguments = [a for a in arguments if a != "--deep"]
    if not 1 <= len(arguments) <= 3 or arguments[0].startswith("-"):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    b = Bundle(arguments[0])
    b.check()
    seal, (exhibit, head) = check_chain(b)
    print(f"exhibit: {exhibit}\nhead: {head}\nseal code: {seal_code(exhibit)}\nuuid: {b.uuid}\nsealed: {seal['time']} by {seal['signers'][0]}")
    if len(arguments) > 1:
        need(seal["shape"] == "whole", "unsupported", "this reader does not open disclosures")
        with open(arguments[1], "rb") as f:
            identity = f.read()
        custody, _ = open_key(b, "custody", identity, seal)
        content, secret = open_key(b, "content", identity, seal)
        details = open_part(b, "details", custody, 4 << 20, seal)
        need(("yes" if details["completeness"]["complete"] else "no") == seal["complete"], "custody", "complete: seal and details disagree")
        part = open_part(b, "content", content, 1 << 20, seal)
        keys(part, "content part", "lines leaf_secret sequences padding listing", "content")
        payload = Payload(b, secret, part)
        entries, length = read_listing(payload, part, seal["listing_root"])
        Files(payload.stream(part.get("content"), DATA, "content"), (arguments + [None])[2]).all(entries)
        if deep:
            payload.check_tiling(part["padding"])
        print(f"lines: {len(entries)}\ncontent: {length}")
    print("good")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Fault as fault:
        print(str(fault).encode("unicode_escape").decode())
        sys.exit({"key": 3, "unsupported": 4}.get(fault.kind, 1))
