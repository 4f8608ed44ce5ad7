"""payload.md: frames, references, trees, tiling."""
import hmac, struct, subprocess, tempfile
from collections import namedtuple
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from .container import PACK
from .conventions import HEX, Fault, decimal, is_a, keys, need, sha256

CHUNK = 4194304


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
        return 2 * n
    e = n.bit_length() - 1
    unit = 1 << e - e.bit_length()
    return -(-n // unit) * unit


class Payload:
    def __init__(self, b, secret):
        self.b, self.seen = b, {}
        extract = hmac.digest(bytes(32), secret, "sha256")
        self.header_key = ChaCha20Poly1305(hmac.digest(extract, b"evx-header/1\x01", "sha256"))
        self.lengths, self.packs = b.lengths, b.sequences

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
        """References and plaintexts of frames of level 0, in order; zstd runs once for many. The ids of data frames are for ChunkIds."""
        batch = []

        def flush():
            packed = [(data, r.plain) for r, codec, data in batch if codec]
            text, at = unzstd([d for d, _ in packed], sum(n for _, n in packed)) if packed else b"", 0
            for r, codec, data in batch:
                if codec:
                    data, at = text[at:at + r.plain], at + r.plain
                need(kind == DATA or sha256(data) == r.id, "forged", f"frame {r.sequence}/{r.position}: id")
                yield r, data
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
        """References and plaintexts of a stream, whose root is a reference in JSON or absent."""
        if root is not None:
            ref, level = reference(root, what)
            need(level is not None and level <= 7, "corrupt", f"{what}: level")
            yield from self.plains(self.tree(ref, level, kind), kind)

    def check_tiling(self, paddings):
        """No byte of a pack belongs to nothing. [payload: Tiling, Padding]"""
        refs = [reference(p, "padding") for p in paddings]
        need([r.sequence for r, _ in refs] == [s for s in (0, 1) if self.lengths[s]], "corrupt", "content part: not one padding for each sequence")
        for ref, level in refs:
            need(level is None, "corrupt", "padding: level")
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
