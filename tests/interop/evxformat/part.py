"""listing.md "Files in part": which blocks of a file a disclosure shows, and the proof that they are its own."""
import re, struct
from .conventions import NUMBER, be64, decimal, need, sha256

BLOCK = 65536
PIECE = re.compile(rf"({NUMBER})\+({NUMBER})@({NUMBER})\+({NUMBER})")


def fits(blocks, length):
    return blocks <= length <= blocks * BLOCK


class Part:
    """SHOWN of a file with so many stored bytes."""

    def __init__(self, text, stored, what):
        blocks, *pieces = text.split(",")
        self.blocks, self.stored = decimal(blocks, f"{what}: D-PROOF: BLOCKS"), stored
        need(0 < len(pieces) <= 1024, "corrupt" if len(pieces) <= 1024 else "limit", f"{what}: D-PROOF: pieces")
        matches = [PIECE.fullmatch(p) for p in pieces]
        need(all(matches), "corrupt", f"{what}: D-PROOF: SHOWN")
        self.pieces = [tuple(decimal(g, f"{what}: D-PROOF: SHOWN") for g in m.groups()) for m in matches]
        block = at = 0
        for i, (first, count, offset, length) in enumerate(self.pieces):
            need(first >= block + (i > 0) and offset >= at and fits(first - block, offset - at), "corrupt", f"{what}: D-PROOF: a gap")
            need(count > 0 and fits(count, length), "corrupt", f"{what}: D-PROOF: a piece")
            block, at = first + count, offset + length
        need(block <= self.blocks and at <= stored and fits(self.blocks - block, stored - at), "corrupt", f"{what}: D-PROOF: the end")
        self.shown = sum(p[3] for p in self.pieces)
        need(self.shown < stored, "corrupt", f"{what}: D-PROOF: nothing is withheld")
        gaps = sum(len(list(self.subtrees(i))) for i in range(len(self.pieces) + 1))
        self.length = self.shown + 36 * sum(p[1] for p in self.pieces) + 32 * gaps

    def subtrees(self, i):
        """First block and number of blocks of each subtree in the gap before piece i."""
        at = sum(self.pieces[i - 1][:2]) if i else 0
        end = self.pieces[i][0] if i < len(self.pieces) else self.blocks
        while at < end:
            k = at & -at or 1 << 62
            if end == self.blocks and end - at < k:
                k = end - at
            while at + k > end:
                k //= 2
            yield at, k
            at += k

    def read(self, take, sink, range_root, what):
        """The run: take(n) gives its next bytes, sink(offset, bytes) gets what is shown, in stored bytes."""
        nodes = {}
        for i in range(len(self.pieces) + 1):
            for node in self.subtrees(i):
                nodes[node] = take(32)
            if i == len(self.pieces):
                break
            first, count, offset, length = self.pieces[i]
            end = offset + length
            for block in range(first, first + count):
                head = take(36)
                [n] = struct.unpack(">I", head[:4])
                last = block == first + count - 1
                need(0 < n <= BLOCK and (n == end - offset if last else n < end - offset), "forged", f"{what}: length of block {block}")
                data = take(n)
                nodes[block, 1] = sha256(b"\x03", head[4:], be64(offset), head[:4], sha256(data))
                sink(offset, data)
                offset += n
        root = sha256(b"\x04", be64(self.stored), be64(self.blocks), self.root(nodes, 0, self.blocks))
        need(root.hex() == range_root, "forged", f"{what}: what is shown is not proved by its range_root")

    def root(self, nodes, at, n):
        """RFC 6962 section 2.1, as far as the subtrees that are given."""
        if (at, n) in nodes:
            return nodes[at, n]
        need(n > 1, "corrupt", "a block that is neither shown nor withheld")
        k = 1 << (n - 1).bit_length() - 1
        return sha256(b"\x01", self.root(nodes, at, k), self.root(nodes, at + k, n - k))
