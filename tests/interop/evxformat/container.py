"""container.md: the members of a bundle, packed or not, and everything about them that needs no key."""
import hashlib, os, re
from collections import namedtuple
from .conventions import HEX, UUID, Fault, decimal, is_a, need, note, utf8

PACK, SMALL, MANIFEST, PIECE = 33554432, 67108864, 268435456, 4194304
HEAD = ["bagit.txt", "README.txt", "keys/0000-custody.age", "keys/0000-content.age"]
TAIL = ["manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt"]
TAGGED = ["bag-info.txt", "bagit.txt", "keys/0000-content.age", "keys/0000-custody.age", "manifest-sha256.txt", "README.txt"]
# The files of an event in their order: pattern of the name, with the event's number, its type, and a number within the kind.
KINDS = [re.compile(p, re.ASCII) for p in (
    r"keys/(\d{4})-custody()()\.age", r"keys/(\d{4})-content()()\.age",
    *(r"custody/(\d{4})-([a-z-]{1,32})" + p for p in (
        r"\.json()", r"\.json\.sig([1-9]|1[0-6])", r"\.details()\.age", r"\.content()\.age", r"\.listing()\.age",
        r"\.attach([1-9]\d{0,2})\.age", r"\.record()", r"\.tsr((?:[2-9]|[1-9]\d{1,2})?)")))]
ORIGIN = "origin/"
KEY_FILES, JSON, SIGNATURES, PARTS, RECORD, STAMPS = (0, 1), 2, 3, (4, 5, 6, 7), 8, 9
Place = namedtuple("Place", "event kind number type")


def place(name):
    for kind, pattern in enumerate(KINDS):
        if m := pattern.fullmatch(name):
            return Place(int(m[1]), kind, int(m[3] or 1), m[2])
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
    signed_only = False  # not a disclosure's original, of which there is no more

    def __init__(self, path):
        self.uuid, self.members, self.notes = None, {}, []
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
            self.check_parts(path)
            self.walk()

    def check_parts(self, path):
        """A set of volumes is whole. [container: Volumes]"""
        if not re.search(r"\.\d{3,4}$", path):
            return
        ends = [at for at, _ in self.parts[1:]] + [self.length]
        sizes = [end - at for (at, _), end in zip(self.parts, ends)]
        need(0 < sizes[-1] <= sizes[0] and set(sizes[:-1]) <= {sizes[0]}, "corrupt", "volumes are not of one length")
        folder, name = os.path.split(path)
        base = name[:name.rindex(".") + 1]
        numbers = [n[len(base):] for n in os.listdir(folder or ".") if n.startswith(base)]
        need(not any(is_a("[0-9]{3,4}", n) and int(n) > len(self.parts) for n in numbers), "key", f"volume {len(self.parts) + 1:03d} is missing")

    def raw(self, at, n):
        need(at + n <= self.length, "incomplete", f"ends at {self.length}, inside a member or before the end blocks")
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
            rest = self.raw(at + 1024, min(self.length - at - 1024, SMALL))
            zeros = len(rest) == self.length - at - 1024 and not any(rest)
            note(f"D-TRAILING: {self.length - at - 1024} bytes after the end, {'all' if zeros else 'not all'} zero")

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
        for at in range(0, size, PIECE):
            h.update(self.read(name, at, min(PIECE, size - at)))
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
            if number == 0:
                self.origin = [n for n in names if n.startswith(ORIGIN)]
                was = [place(n.removeprefix(ORIGIN)) for n in self.origin]
                need(all(p.kind in (JSON, SIGNATURES, RECORD, STAMPS) for p in was) and all(a[:3] < b[:3] for a, b in zip(was, was[1:])),
                     "corrupt", "the original's files, or their order")
            before = HEAD + self.packs + TAIL[:2] + self.origin + TAIL[2:] if number == 0 else [f"append-{number:04d}"]
            need(names[:len(before)] == before, "corrupt", f"group {number}: members missing, added or out of order")
            places = [place(n) for n in names[len(before):]]
            need(places and all(a[:3] < b[:3] for a, b in zip(places, places[1:])), "corrupt", f"group {number}: order of its members")
            known = len(self.events)
            need(number or {p.event for p in places} == {0}, "corrupt", "group 0 holds more than event 0")
            stamps = sum(p.kind == STAMPS for p in places)
            need(len(places) == 1 and number if stamps else len({p.event for p in places}) == 1, "corrupt", f"group {number}: not one event or one time-stamp")
            for p, name in zip(places, names[len(before):]):
                if p.event == len(self.events):
                    self.events.append([])
                need(p.event < len(self.events) and (p.event >= known or p.kind == STAMPS), "corrupt", f"{name}: not in the place of its event")
                self.events[p.event].append((p, name))
        for n, members in enumerate(self.events):
            kinds = [p.kind for p, _ in members]
            need({JSON, SIGNATURES, RECORD} <= set(kinds), "corrupt", f"event {n}: document, signature or record missing")
            need(len({p.type for p, _ in members} - {""}) == 1, "corrupt", f"event {n}: two types")
            need(all(p.number == kinds[:i].count(p.kind) + 1 for i, (p, _) in enumerate(members)), "corrupt", f"event {n}: gap in the numbers of its files")
        for name in self.members:
            need(not name.startswith("append-") or self.read(name) == bytes(512), "corrupt", f"{name}: not 512 zero bytes")

    def check_lengths(self, sequences):
        """Number and lengths of the packs, from what the seal signs; leaves those of each sequence. [container: Order]"""
        need(isinstance(sequences, list) and len(sequences) == 2, "corrupt", "seal: sequences")
        self.lengths = [decimal(n, "length of a sequence") for n in sequences]
        need(self.lengths[0], "corrupt", "seal: sequence 0 is empty")
        want = [min(PACK, length - at) for length in self.lengths for at in range(0, length, PACK)] if sum(self.lengths) <= MANIFEST // 141 * PACK else []
        need([self.members[p][1] for p in self.packs] == want, "corrupt", "packs are not as many or not as long as the seal says")
        first = -(-self.lengths[0] // PACK)
        self.sequences = [self.packs[:first], self.packs[first:]]

    def check(self):
        """Everything that needs no key, but the signatures. [container: Verifying the container]"""
        self.check_order()
        need(self.read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "corrupt", "bagit.txt")
        utf8(self.read("README.txt"), "README.txt")
        sizes = [self.members[p][1] for p in self.packs]
        need(sizes and 0 not in sizes and max(sizes) <= PACK, "corrupt", "lengths of the packs")
        for p in self.packs:
            need(is_a(f"data/{HEX}\\.pack", p), "corrupt", f"{p}: name of a pack")
            need(p == f"data/{self.hash(p)}.pack", "forged", f"{p}: SHA-256 is not its name")
        need(self.read(TAIL[2]) == self.sums(TAGGED + self.origin), "forged", "tagmanifest-sha256.txt is not that of the files")
        need(self.read(TAIL[0]) == "".join(f"{p[5:69]}  {p}\n" for p in self.packs).encode(), "corrupt", "manifest-sha256.txt is not that of the packs")
        need(self.read("bag-info.txt") == f"Payload-Oxum: {sum(sizes)}.{len(sizes)}\n".encode(), "corrupt", "bag-info.txt")
        for name in self.members:
            need(not name.startswith("index-") or self.read(name) == self.index(name), "corrupt", f"{name} is not the one computed")
