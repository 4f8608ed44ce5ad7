#!/usr/bin/python3
"""Reader of evx bundles, written from format-spec/ alone; no line of it comes from evx.

usage: reader.py [--deep] BUNDLE [IDENTITY [TARGET]]

BUNDLE is an .evx file, its first volume (.001), or an unpacked bundle. Without IDENTITY (a file with an age secret key) the container,
the seal and the chain are checked; with it every byte of every file too; with TARGET (must not exist) the files are written there.
--deep: no byte of the payload belongs to nothing. Exit: 0 good, 1 bad, 2 usage, 3 wrong key or an incomplete copy, 4 newer format. The
last line is the result, the class of a fault (conventions.md) its first word. Needs Python 3.11, python3-cryptography, age, zstd, ssh-keygen.
Section marks such as [container: Index] name the page and heading of the specification.
"""
import hashlib, os, sys
from evxformat.container import Bundle
from evxformat.disclosure import check_original
from evxformat.conventions import Fault, be64, is_a, keys, need, note
from evxformat.listing import ChunkIds, HOLES_HASHED, HOLES_PER_BYTE, name_of, read_listing, unbase64
from evxformat.payload import DATA, Payload
from evxformat.seal import check_chain, open_key, open_later_details, open_part, seal_code, secret_bytes

CHUNK = 4194304
DETAILS = ("case exhibit_number actor place purpose description authority seal_number handling scope seized_at seized_from seized_by device witnesses attachments "
           "clock replaces resumed readers sources tool counts reread expected_hashes notes custom")


class Files:
    """Checks the digests of all files against the content, and writes the files below target, when there is one."""

    def __init__(self, content, ids, target):
        self.content, self.ids, self.ref, self.rest, self.holes = content, ids, None, b"", 0
        self.target = os.fsencode(target) if target else None
        if target:
            os.mkdir(target)

    def path(self, entry):
        return os.path.join(self.target, entry.path)

    def take(self, n, part_of):
        """The next n bytes of the content, in pieces; part_of: the line that they are of, where the file is longer than a chunk."""
        while n:
            if not self.rest:
                self.ref, self.rest = next(self.content, (None, b""))
                need(self.rest, "corrupt", "content is shorter than its files")
                if part_of is not None:
                    self.ids.part(self.ref, self.rest, part_of)
            piece, self.rest = self.rest[:n], self.rest[n:]
            n -= len(piece)
            yield piece

    def file(self, e):
        whole = {a: hashlib.new(a) for a in ("sha256", "md5", "sha1") if a in e.line}
        holes = e.size - e.length
        if whole and 0 < holes <= min(HOLES_HASHED, HOLES_HASHED + HOLES_PER_BYTE * e.position - self.holes):
            self.holes += holes
        elif holes:
            if whole:
                note(f"not compared, too many holes to hash: {' and '.join(whole)} of {e.path!r}")
            whole = {}
        sparse, at, large = hashlib.sha256(), 0, e.length > CHUNK
        need(not large or not self.rest, "corrupt", f"{e.path!r}: its first chunk has bytes of another file")
        out = open(os.open(self.path(e), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") if self.target else None

        def hole(n):
            for i in range(0, n if whole else 0, CHUNK):
                for h in whole.values():
                    h.update(bytes(min(CHUNK, n - i)))

        for start, n in e.data:
            hole(start - at)
            if out:
                out.seek(start)
            for piece in self.take(n, e.index if large else None):
                for h in (*whole.values(), sparse):
                    h.update(piece)
                if out:
                    out.write(piece)
            at = start + n
        hole(e.size - at)
        if out:
            out.truncate(e.size)
            out.close()
        if large:
            need(not self.rest, "corrupt", f"{e.path!r}: its last chunk has bytes of another file")
            need(self.ids.root_is(e.line["range_root"]), "forged", f"{e.path!r}: range_root is not that of its line")
        elif e.length:
            self.ids.whole(self.ref, e.length, sparse.digest(), not self.rest)
        sparse.update(b"".join(be64(a) + be64(n) for a, n in e.data) + be64(len(e.data)) + be64(e.size))
        for name, h in (*whole.items(), ("sparse_sha256", sparse)):
            need(e.line.get(name) in (None, h.hexdigest()), "forged", f"{e.path!r}: {name} is not that of its line")

    def part(self, e):
        """A file in part: never under its own name. [listing: Files in part]"""
        large, digest = e.length > CHUNK, hashlib.sha256()
        need(not large or not self.rest, "corrupt", f"{e.path!r}: its first chunk has bytes of another file")
        out = open(os.open(self.path(e) + b".evx-part", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") if self.target else None

        def take(n):
            data = b"".join(self.take(n, e.index if large else None))
            digest.update(data)
            return data

        def sink(offset, data):
            for start, n in e.data:
                if offset < n and data:
                    if out:
                        out.seek(start + offset)
                        out.write(data[:n - offset])
                    data, offset = data[n - offset:], n
                offset -= n

        e.part.read(take, sink, e.line["range_root"], repr(e.path))
        if out:
            out.truncate(e.size)
            out.close()
        if large:
            need(not self.rest, "corrupt", f"{e.path!r}: its last chunk has bytes of another file")
            self.ids.forget()
        else:
            self.ids.whole(self.ref, e.length, digest.digest(), not self.rest)
        note(f"in part, {e.part.shown} of {e.part.stored} stored bytes: {e.path!r}")

    def one(self, e):
        if self.target and not e.withheld:
            os.makedirs(os.path.dirname(self.path(e)), exist_ok=True)  # of a disclosure, these may be withheld
        if e.withheld:
            note(f"contents withheld: {e.path!r}")
        elif e.first:
            if self.target and os.path.lexists(self.path(e.first)):
                os.link(self.path(e.first), self.path(e), follow_symlinks=False)
        elif e.part:
            self.part(e)
        elif e.type == "file":
            self.file(e)
        elif not self.target:
            pass
        elif e.type == "dir":
            os.mkdir(self.path(e), 0o700)
        elif e.type == "symlink" and e.target is not None:
            os.symlink(e.target, self.path(e))
        elif e.type == "fifo":
            os.mkfifo(self.path(e))
        else:
            note(f"not made, {e.type}: {e.path!r}")

    def metadata(self, e):
        """Permissions, extended attributes of users, and times, of what is neither a link nor a device."""
        if e.type not in ("file", "dir", "fifo") or e.withheld or e.part:
            return
        for x in e.line.get("xattrs", []):
            name, value = name_of(x, "name", "xattrs"), unbase64(x["value"], "xattrs")
            if name.startswith(b"user."):
                os.setxattr(self.path(e), name, value)
        if "mode" in e.line:
            os.chmod(self.path(e), int(e.line["mode"], 8) & 0o777)
        if is_a(r"-?[0-9]{1,28}", e.line.get("mtime")):
            os.utime(self.path(e), ns=(int(e.line["mtime"]),) * 2)

    def all(self, entries):
        for e in entries:
            self.one(e)
        need(not self.rest and next(self.content, None) is None, "corrupt", "content is longer than its files")
        for e in reversed(entries if self.target else []):
            self.metadata(e)


def check_counts(counts, entries):
    """What the sealer says the listing comes to. [details]"""
    own = [e for e in entries if "hardlink" not in e.line]
    kinds = [{"file": "files", "dir": "directories", "symlink": "links"}.get(e.type, "others") for e in own]
    found = {k: kinds.count(k) for k in ("files", "directories", "links", "others")}
    found.update(lines=len(entries), bytes=sum(e.size for e in own if e.type == "file"), stored=sum(e.length for e in own if not e.withheld))
    need(counts == {k: str(n) for k, n in found.items()}, "forged", f"details: counts are {counts}, the listing says {found}")


def read(arguments):
    deep = "--deep" in arguments
    arguments = [a for a in arguments if a != "--deep"]
    if not 1 <= len(arguments) <= 3 or arguments[0].startswith("-"):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    b = Bundle(arguments[0])
    b.check()
    chain, (exhibit, head), newer = check_chain(b)
    seal = chain[0]
    original = check_original(b, seal)
    newer = newer or original and original[1]
    if original:
        o = seal["origin"]
        print(f"shows: {int(o['lines']) - int(o['withheld'])} of {o['lines']} lines of {o['exhibit']}, sealed by {original[0][0]['signers'][0]}")
    print(f"exhibit: {exhibit}\nhead: {head}\nseal code: {seal_code(exhibit)}\nuuid: {b.uuid}\nsealed: {seal['time']} by {seal['signers'][0]}")
    if len(arguments) > 1:
        with open(arguments[1], "rb") as f:
            identity = f.read()
        custody = open_key(b, "custody", identity, chain)
        [content] = open_key(b, "content", identity, chain)
        details = {}
        if custody[0] is not None:
            details = open_part(b, "details", custody[0], 4 << 20, chain)
            keys(details, "details", "completeness", DETAILS)
            need(("yes" if details["completeness"]["complete"] else "no") == seal["complete"], "custody", "complete: seal and details disagree")
        for number, later in open_later_details(b, custody, chain).items():
            print(f"event {number:04d}: {len(later.get('readers', []))} readers, purpose: {ascii(later.get('purpose', ''))}")
        part = open_part(b, "content", content, 1 << 20, chain)
        keys(part, "content part", "lines leaf_secret padding listing", "content")
        payload = Payload(b, secret_bytes(content))
        entries, length = read_listing(payload, part, seal["listing_root"], seal.get("origin"))
        ids = ChunkIds(bytes.fromhex(part["leaf_secret"]), "origin" not in seal)
        Files(payload.stream(part.get("content"), DATA, "content"), ids, (arguments + [None])[2]).all(entries)
        if deep:
            payload.check_tiling(part["padding"])
            check_counts(details["counts"], entries) if "counts" in details else None
        print(f"lines: {len(entries)}\ncontent: {length}")
    for note in b.notes:
        print(f"note: {note}")
    need(not newer, "unsupported", newer)
    print("good")
    return 0


def main(arguments):
    try:
        return read(arguments)
    except Fault as fault:
        text, status = str(fault), {"key": 3, "incomplete": 3, "unsupported": 4}.get(fault.kind, 1)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as e:
        text, status = f"corrupt: a value is missing or of another type: {e!r}", 1
    print(text.encode("unicode_escape").decode())
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
