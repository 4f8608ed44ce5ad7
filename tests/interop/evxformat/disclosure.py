"""listing.md "Disclosure", verification.md "The original": a part of an exhibit, and the custody record of the whole."""
from .container import JSON, ORIGIN, RECORD, SIGNATURES, place
from .conventions import HEX, UUID, Fault, be64, decimal, is_a, json_line, keys, need, sha256
from .seal import check_chain


class Original:
    """What a disclosure carries of its original, as far as the chain asks a bundle for it."""
    signed_only = True

    def __init__(self, b):
        self.bundle, self.notes, self.events = b, b.notes, []
        self.members = {n.removeprefix(ORIGIN): b.members[n] for n in b.origin}
        for name in self.members:
            p = place(name)
            need(p.event <= len(self.events), "custody", f"original: event {len(self.events)} is missing")
            if p.event == len(self.events):
                self.events.append([])
            self.events[p.event].append((p, name))
        need(self.events, "corrupt", "the original's seal is missing")
        for n, members in enumerate(self.events):
            need({JSON, SIGNATURES, RECORD} <= {p.kind for p, _ in members}, "corrupt", f"original, event {n}: document, signature or record missing")
        seal = json_line(self.read(self.events[0][0][1]), 1 << 20, "original's seal")
        self.uuid = seal.get("uuid")
        need(is_a(UUID, self.uuid) and self.uuid != b.uuid, "corrupt", "original: uuid")

    def read(self, name):
        return self.bundle.read(ORIGIN + name)

    def hash(self, name):
        return self.bundle.hash(ORIGIN + name)

    def sums(self, names):
        return "".join(f"{self.hash(n)}  {n}\n" for n in names).encode()


def check_original(b, seal):
    """What belongs together, without a key; returns the chain of the original. [verification: The original]"""
    if seal["shape"] == "whole":
        need("origin" not in seal and not b.origin, "corrupt", "a whole exhibit with an original")
        return None
    origin = seal.get("origin")
    need(isinstance(origin, dict), "corrupt", "a disclosure without origin")
    keys(origin, "origin", "exhibit listing_root lines withheld", "names_only in_part")
    lines, withheld = (decimal(origin[k], f"origin: {k}") for k in ("lines", "withheld"))
    need(withheld < lines, "corrupt", "origin: nothing is shown")
    some = {k: decimal(origin[k], f"origin: {k}") for k in ("names_only", "in_part") if k in origin}
    need(all(some.values()) and sum(some.values()) <= lines - withheld, "corrupt", "origin: names_only or in_part")
    original = Original(b)
    chain, (exhibit, _), newer = check_chain(original)
    need(exhibit == origin["exhibit"], "corrupt", "D-ORIGIN: another seal")
    need(chain[0]["shape"] == "whole" and chain[0]["listing_root"] == origin["listing_root"], "corrupt", "D-ORIGIN: another list, or a disclosure")
    last, given = chain[-1], chain[-1].get("disclosure", {})
    need(newer or last["type"] == "disclose" and given.get("uuid") == b.uuid and given.get("manifest") == b.hash("manifest-sha256.txt")
         and given.get("listing_root") == seal["listing_root"] and last["signers"][0] == seal["signers"][0], "custody", "R-DISCLOSURE")
    return chain, newer


def root_of(proof, index, count, leaf):
    """The Merkle root to which an inclusion proof leads. [RFC 9162 section 2.1.3.2]"""
    need(0 <= index < count, "corrupt", "D-PROOF: INDEX is past the end")
    fn, sn, r = index, count - 1, leaf
    for p in proof:
        need(sn, "corrupt", "D-PROOF: too long")
        if fn & 1 or fn == sn:
            r = sha256(b"\x01", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01", r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "corrupt", "D-PROOF: too short")
    return r


def split(record, origin, last, what):
    """INDEX, SHOWN (None where there is none) and LINE of the text behind POSITION, once the line is proved. [listing: Disclosure]"""
    fields, shown = record.split(b"\t", 3), None
    need(len(fields) == 4, "corrupt", f"{what}: not INDEX, SALT, PROOF and LINE")
    if not fields[3].startswith(b"{"):
        shown, tab, fields[3] = fields[3].partition(b"\t")
        need(tab, "corrupt", f"{what}: not SHOWN and LINE")
        shown = shown.decode("latin-1")
    index, salt, proof = (f.decode("latin-1") for f in fields[:3])
    index = decimal(index, f"{what}: INDEX")
    need(is_a(HEX, salt) and is_a(rf"(({HEX})(,{HEX}){{0,63}})?", proof), "corrupt", f"{what}: SALT or PROOF")
    need(index > last, "corrupt", f"{what}: D-PROOF: order")
    lines = decimal(origin["lines"], "origin: lines")
    leaf = sha256(b"\0", bytes.fromhex(salt), fields[3] + b"\n")
    tree = root_of([bytes.fromhex(p) for p in proof.split(",") if p], index, lines, leaf)
    need(sha256(b"\x02", be64(lines), tree).hex() == origin["listing_root"], "forged", f"{what}: D-PROOF")
    return index, shown, fields[3]


def check_numbers(origin, shown, withheld_contents, in_part):
    need(decimal(origin["lines"], "lines") == shown + decimal(origin["withheld"], "withheld"), "corrupt", "D-PROOF: withheld lines")
    need(decimal(origin.get("names_only", "0"), "names_only") == withheld_contents, "corrupt", "D-PROOF: files without contents")
    need(decimal(origin.get("in_part", "0"), "in_part") == in_part, "corrupt", "D-PROOF: files in part")
