"""Lays bundles out anew, as anybody can without a key.

relay.py merge IN OUT G      group G and the one behind it become one group
relay.py behind IN OLD OUT   OUT is IN with a second face of the bundle OLD behind its end, whose index spans all that stands between
relay.py stamp IN OUT NAME FILE  OUT is IN and one more group with FILE as the member NAME, whatever it is
relay.py names IN            the members, one a line: OFFSET SIZE NAME
"""
import re, sys


def header(path, size):
    prefix, name = path.rsplit("/", 1)
    h = bytearray(512)
    for at, value in ((0, name), (100, "0000644"), (108, "0000000"), (116, "0000000"), (124, f"{size:011o}"), (136, "0" * 11),
                      (148, " " * 8), (156, "0"), (257, "ustar\00000"), (329, "0000000"), (337, "0000000"), (345, prefix)):
        h[at:at + len(value)] = value.encode()
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)


def member(path, content):
    return header(path, len(content)) + content + bytes(-len(content) % 512)


def read(file):
    """The UUID and the members [(name, offset, content)], up to the end."""
    data = open(file, "rb").read()
    at, members, uuid = 0, [], None
    while data[at:at + 512] != bytes(512):
        block = data[at:at + 512]
        name, prefix = (block[a:b].rstrip(b"\0").decode() for a, b in ((0, 100), (345, 500)))
        uuid, _, rest = f"{prefix}/{name}".partition("/")
        size = int(block[124:135], 8)
        members.append((rest, at, data[at + 512:at + 512 + size]))
        at += 512 + size + -size % 512
    return uuid, members, data


def index_text(lines, at):
    text = "evx-index/1\n" + "".join(lines)
    return (text + "\n" * (-len(text) % 512) + f"at {at}".ljust(511) + "\n").encode()


def lay_out(uuid, members):
    """An archive of members [(name, content)]; the content of an index is made here."""
    out, lines, packs = b"", [], 0
    for name, content in members:
        if name.startswith("data/"):
            packs += 1
            lines = lines if packs > 1 else lines + [f"{len(out)} PACKS data/\n"]
        else:
            lines = [line.replace("PACKS", str(packs)) for line in lines]
            content = index_text(lines, len(out)) if name.startswith("index-") else content
            lines.append(f"{len(out)} {len(content)} {name}\n")
        out += member(f"{uuid}/{name}", content)
    return out + bytes(1024)


def groups_of(members):
    groups = [[]]
    for name, _, content in members:
        groups[-1].append((name, content))
        if name.startswith("index-"):
            groups.append([])
    return groups[:-1]


def stamp(uuid, members, name, content):
    return join(uuid, groups_of(members) + [[(name, content)]])


def merge(uuid, members, at):
    groups = groups_of(members)
    both = groups[at] + groups[at + 1]
    groups[at:at + 2] = [[m for m in both if not re.match("(index|append)-", m[0])]]
    return join(uuid, groups)


def join(uuid, groups):
    laid = []
    for number, group in enumerate(groups):
        body = [m for m in group if not re.match("(index|append)-", m[0])]
        laid += ([(f"append-{number:04d}", bytes(512))] if number else []) + body + [(f"index-{number:04d}", b"")]
    return lay_out(uuid, laid)


def behind(file, old):
    """The bytes behind the end: the tag files and custody files of old once more, and an index from which they follow the packs."""
    uuid, members, data = read(file)
    out = data
    packs_at = next(at for name, at, _ in members if name.startswith("data/"))
    lines = [f"{at} {len(content)} {name}\n" for name, at, content in members if at < packs_at]
    # One pack takes all that stands between, as far as an index and bag-info.txt can tell.
    lines.append(f"{packs_at} 1 data/\n")
    for name, _, content in read(old)[1]:
        if name.startswith(("data/", "keys/0000", "index-")) or name in ("bagit.txt", "README.txt"):
            continue
        if name == "bag-info.txt":
            content = f"Payload-Oxum: {len(data) - packs_at - 512}.1\n".encode()
        lines.append(f"{len(out)} {len(content)} {name}\n")
        out += member(f"{uuid}/{name}", content)
    return out + member(f"{uuid}/index-0000", index_text(lines, len(out))) + bytes(1024)


def main(arguments):
    what, file = arguments[:2]
    uuid, members, _ = read(file)
    if what == "names":
        print("\n".join(f"{at} {len(content)} {name}" for name, at, content in members))
    elif what == "merge":
        open(arguments[2], "wb").write(merge(uuid, members, int(arguments[3])))
    elif what == "stamp":
        open(arguments[2], "wb").write(stamp(uuid, members, arguments[3], open(arguments[4], "rb").read()))
    elif what == "behind":
        open(arguments[3], "wb").write(behind(file, arguments[2]))
    else:
        sys.exit(__doc__)


main(sys.argv[1:])
