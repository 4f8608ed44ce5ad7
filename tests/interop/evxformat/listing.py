"""listing.md: lines, their order, leaves and root."""
import base64, hmac, re, struct
from .conventions import HEX, NUMBER, be64, decimal, is_a, json_line, keys, need, sha256
from .disclosure import check_numbers, split
from .part import Part
from .payload import CHUNK, LISTING

WITHHELD = -1  # in place of a position: the contents are not in the bundle
BLOCK = 65536
HOLES_HASHED = 64 << 30
HOLES_PER_BYTE = 16
TYPES = "file dir symlink fifo socket char block".split()
TEXTS = "user group error metadata_error acl_access acl_default flags"
TIMES = "atime mtime ctime btime"
FLAGS = "not_crossed excluded changed_while_reading"
DIGESTS = {"sha256": 64, "sparse_sha256": 64, "md5": 32, "sha1": 40, "range_root": 64}
REPEATED = ["type", "size", "data", "unreadable", "target", "target_b64", "device", *DIGESTS]
ANY = f"path path_b64 mode uid gid xattrs {TEXTS} {TIMES} {FLAGS}"
ONLY = {"size": "file", "hardlink": "file symlink fifo socket char block", "data": "file", "unreadable": "file", "changed_while_reading": "file", "not_crossed": "dir",
        "target": "symlink", "target_b64": "symlink", "device": "char block", **dict.fromkeys(DIGESTS, "file")}


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
        need((at > end or not out) and n > 0 and at + n <= size, "corrupt", what)
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
        keys(line, what, "type", ANY + " " + " ".join(ONLY))
        for k in line:
            need(self.type in ONLY.get(k, self.type).split(), "corrupt", f"{what}: {k} of a {self.type}")
        self.path = name_of(line, "path", what)
        self.components = self.path.split(b"/")
        need(len(self.path) <= 262144 and b"\0" not in self.path and all(c not in (b"", b".", b"..") and len(c) <= 255 for c in self.components),
             "corrupt", f"{what}: path")
        self.check_values(line, what)
        self.target = name_of(line, "target", what) if self.type == "symlink" and ("error" not in line or {"target", "target_b64"} & set(line)) else None
        self.length = 0
        if self.type == "file":
            self.file(line, what)

    def check_values(self, line, what):
        known = "mode" in line
        need(not known or is_a(r"[0-7]{4}", line["mode"]), "corrupt", f"{what}: mode")
        for k in ("uid", "gid"):
            need((k in line) == known and (not known or type(line[k]) is int and 0 <= line[k] < 1 << 32), "corrupt", f"{what}: {k}")
        if self.type in ("char", "block"):
            need(("device" in line) == known and (not known or is_a(rf"({NUMBER}):({NUMBER})", line["device"])), "corrupt", f"{what}: device")
        for k in set(TIMES.split()) & set(line):
            need(is_a(r"0|-?[1-9][0-9]{0,27}", line[k]) and -1 << 63 <= int(line[k]) // 10**9 < 1 << 63, "corrupt", f"{what}: {k}")
        for k in set(TEXTS.split()) & set(line):
            need(isinstance(line[k], str) and line[k], "corrupt", f"{what}: {k}")
        for k in set(FLAGS.split()) & set(line):
            need(line[k] is True, "corrupt", f"{what}: {k}")
        for k in set(DIGESTS) & set(line):
            need(is_a(rf"[0-9a-f]{{{DIGESTS[k]}}}", line[k]), "corrupt", f"{what}: {k}")
        names = []
        for x in line.get("xattrs", []):
            keys(x, f"{what}: xattrs", "value", "name name_b64")
            names.append(name_of(x, "name", f"{what}: xattrs"))
            unbase64(x["value"], f"{what}: xattrs")
        need(all(a < b for a, b in zip(names, names[1:])), "corrupt", f"{what}: order of xattrs")

    def file(self, line, what):
        self.size = decimal(line.get("size"), f"{what}: size")
        unread = "error" in line or "excluded" in line
        whole = [(0, self.size)] if self.size and not unread else []
        self.data = ranges(line["data"], self.size, f"{what}: data") if "data" in line else whole
        self.length = sum(n for _, n in self.data)
        unreadable = ranges(line["unreadable"], self.size, f"{what}: unreadable") if "unreadable" in line else []
        need("unreadable" not in line or unreadable and "data" in line, "corrupt", f"{what}: unreadable")
        need(not any(a < u + m and u < a + n for a, n in self.data for u, m in unreadable), "corrupt", f"{what}: unreadable, yet stored")
        never = unread or unreadable
        may_lack = never or "data" in line
        need("sha256" not in line if never else "sha256" in line or may_lack, "corrupt", f"{what}: sha256")
        need("sha256" in line or not {"md5", "sha1"} & set(line), "corrupt", f"{what}: md5 or sha1 without sha256")
        need(("sparse_sha256" in line) == ("data" in line and not unread), "corrupt", f"{what}: sparse_sha256")
        need(("range_root" in line) == (self.length > CHUNK), "corrupt", f"{what}: range_root")


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


def blocks(data):
    return [data[i:i + BLOCK] for i in range(0, len(data), BLOCK)]


class ChunkIds:
    """Compares the ids of chunks, and the range roots of files, with the bytes of the files. [payload: Chunk ids] [listing: Range root]
    The salts of a disclosure (not whole) are the original's, so there no range root is compared."""

    def __init__(self, leaf_secret, whole):
        self.secret, self.roots, self.files, self.length, self.offset, self.leaves = leaf_secret, whole, b"", 0, 0, []

    def whole(self, ref, length, digest, ends):
        """A file that fits a chunk, all of it in the chunk of ref; ends: the chunk ends with it."""
        self.files += be64(length) + digest
        self.length += length
        if ends:
            need(self.length == ref.plain, "corrupt", f"frame {ref.sequence}/{ref.position}: it does not hold whole files")
            need(sha256(b"evx-chunk-files/1", self.files) == ref.id, "forged", f"frame {ref.sequence}/{ref.position}: id")
            self.files, self.length = b"", 0

    def part(self, ref, data, index):
        """A chunk of the file of line index, which is longer."""
        hashes = [sha256(b) for b in blocks(data)]
        need(sha256(b"evx-chunk-blocks/1", struct.pack(">I", len(data)), *hashes) == ref.id, "forged", f"frame {ref.sequence}/{ref.position}: id")
        key = hmac.digest(self.secret, b"evx-range/1" + be64(index), "sha256")
        for block, h in zip(blocks(data), hashes):
            salt = hmac.digest(key, be64(len(self.leaves)), "sha256")
            self.leaves.append(sha256(b"\x03", salt, be64(self.offset), struct.pack(">I", len(block)), h))
            self.offset += len(block)

    def forget(self):
        """The file was one in part, whose run has no range root."""
        self.offset, self.leaves = 0, []

    def root_is(self, expected):
        root = sha256(b"\x04", be64(self.offset), be64(len(self.leaves)), merkle(self.leaves))
        self.offset, self.leaves = 0, []
        return not self.roots or root.hex() == expected


def read_listing(payload, part, root, origin=None):
    """All lines with their positions, once the root over them is the one in the seal; of a disclosure, once each is proved to be the original's."""
    need(is_a(HEX, part["leaf_secret"]), "corrupt", "content part: leaf_secret")
    secret, texts, lines, positions, indexes, shown_of = bytes.fromhex(part["leaf_secret"]), [], [], [], [-1], []
    for _, text in payload.stream(part["listing"], LISTING, "listing"):
        need(text.endswith(b"\n"), "corrupt", "listing frame does not end with a line")
        for record in text[:-1].split(b"\n"):
            position, tab, line = record.partition(b"\t")
            need(tab and re.fullmatch(rb"-|" + NUMBER.encode() + (rb"|withheld" if origin else b""), position), "corrupt", f"line {len(lines)}: position")
            texts.append(line + b"\n")
            index, shown, line = split(line, origin, indexes[-1], f"line {len(lines)}") if origin else (len(lines), None, line)
            need(shown is None or position not in (b"-", b"withheld"), "corrupt", f"line {len(lines)}: a part that stands nowhere")
            shown_of.append(shown)
            indexes.append(index)
            lines.append(line + b"\n")
            positions.append({b"-": None, b"withheld": WITHHELD}[position] if position in (b"-", b"withheld") else int(position))
    need(lines and len(lines) == decimal(part["lines"], "content part: lines"), "corrupt", "number of lines")
    tree = merkle(sha256(b"\0", hmac.digest(secret, be64(i), "sha256"), text) for i, text in enumerate(texts))
    need(sha256(b"\x02", be64(len(lines)), tree).hex() == root, "forged", "listing root is not the one in the seal")
    check_numbers(origin, len(lines), positions.count(WITHHELD), len(shown_of) - shown_of.count(None)) if origin else None
    entries, by_index, folders, content = [], {}, set(), 0
    for i, (index, line) in enumerate(zip(indexes[1:], lines)):
        e = Entry(line, index)
        need(not entries or entries[-1].components < e.components, "corrupt", f"line {index}: order")
        need(origin or len(e.components) == 1 or tuple(e.components[:-1]) in folders, "corrupt", f"line {index}: no directory above it")
        if e.type == "dir":
            folders.add(tuple(e.components))
        e.first, e.withheld, e.part = None, e.type == "file" and positions[i] == WITHHELD, None
        if shown_of[i] is not None:
            need("range_root" in e.line, "corrupt", f"line {index}: D-PROOF: a part of what has no range_root")
            e.part = Part(shown_of[i], e.length, f"line {index}")
            e.length = e.part.length
        expected = WITHHELD if e.withheld else content if e.type == "file" else None
        if "hardlink" in e.line:
            first = e.line["hardlink"]
            need(type(first) is int and 0 <= first < index, "corrupt", f"line {index}: hardlink")
            shown = by_index.get(first)
            need(origin or shown, "corrupt", f"line {index}: hardlink")
            if shown:
                need(shown.type != "dir" and "hardlink" not in shown.line, "corrupt", f"line {index}: hardlink")
                need(all(e.line.get(k) == shown.line.get(k) for k in REPEATED), "corrupt", f"line {index}: differs from the line that it links to")
            # A disclosure's file may stand for itself; what it repeats must be shown.
            if shown and not e.withheld and not e.part and not shown.withheld and not shown.part and (not origin or e.type != "file" or positions[i] != content):
                e.first, expected = shown, shown.position
        if e.first is None and not e.withheld:
            content += e.length
        need(positions[i] == expected, "corrupt", f"line {index}: position is {positions[i]}, expected {expected}")
        e.position, e.index = expected, index
        by_index[index] = e
        entries.append(e)
    return entries, content
