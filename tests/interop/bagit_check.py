#!/usr/bin/python3
"""Checks that a tar file holds one complete and valid bag (RFC 8493, BagIt 1.0), strictly: what the RFC only advises is required.

usage: bagit_check.py FILE.tar

Knows nothing of evx. Prints each fault, exit status 1 when there is one.
"""
import hashlib, re, sys, tarfile

ALGORITHMS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
faults = []


def fault(section, text):
    faults.append(f"RFC 8493 section {section}: {text}")


def tag_lines(files, name):
    """The lines of a tag file: UTF-8 without BOM, each line ended, one kind of line ending. (sections 2.1.1, 2.2, 2.3)"""
    data = files[name]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        fault("2.2", f"{name} is not UTF-8")
        return []
    if text.startswith("\ufeff"):
        fault("2.1.1", f"{name} begins with a BOM")
    if not re.fullmatch(r"(?:[^\r\n]*\n)*|(?:[^\r\n]*\r\n)*|(?:[^\r\n]*\r)*", text):
        fault("2.1.3", f"{name}: lines are not all ended alike")
    return re.split(r"\r\n|\r|\n", text)[:-1]


def manifest(files, name, algorithm, section):
    """The entries of a manifest: path to checksum."""
    entries = {}
    for line in tag_lines(files, name):
        m = re.fullmatch(r"([0-9a-fA-F]+)[ \t]+([^*].*)", line)
        if not m:
            fault(section, f"{name}: line {line!r}")
            continue
        if re.search(r"%(?!0A|0D|25)", m[2], re.I):
            fault(section, f"{name}: % not encoded in {m[2]!r}")
        path = re.sub(r"%(0A|0D|25)", lambda x: chr(int(x[1], 16)), m[2], flags=re.I)
        if path.startswith(("/", "~", "./")) or ".." in path.split("/") or "\\" in path:
            fault("5.1", f"{name}: path {path!r} leads out of the bag or depends on the system")
        if path in entries:
            fault(section, f"{name}: {path!r} is listed twice")
        entries[path] = m[1].lower()
    for path, checksum in entries.items():
        if path not in files:
            fault("3", f"{name}: {path!r} is not there")
        elif hashlib.new(algorithm, files[path]).hexdigest() != checksum:
            fault("3", f"{name}: checksum of {path!r}")
    return entries


def check_bag(files):
    payload = {n for n in files if n.startswith("data/")}
    if not payload:
        fault("2.1.2", "no payload")
    if "bagit.txt" not in files:
        return fault("2.1.1", "no bagit.txt")
    if files["bagit.txt"].splitlines() != [b"BagIt-Version: 1.0", b"Tag-File-Character-Encoding: UTF-8"]:
        fault("2.1.1", "bagit.txt is not the two lines of version 1.0 in UTF-8")
    tag_lines(files, "bagit.txt")
    kinds = {"manifest": [], "tagmanifest": []}
    for name in files:
        if m := re.fullmatch(r"(tagmanifest|manifest)-([^/]*)\.txt", name):
            kinds[m[1]].append((name, m[2]))
            if m[2] not in ALGORITHMS:
                fault("2.4", f"{name}: unknown algorithm")
                return
    if not {"sha256", "sha512"} & {a for _, a in kinds["manifest"]}:
        fault("2.4", "no manifest with SHA-256 or SHA-512")
    for name, algorithm in kinds["manifest"]:
        entries = manifest(files, name, algorithm, "2.1.3")
        for path in payload - set(entries):
            fault("3", f"{name}: {path!r} is not listed")
        for path in set(entries) - payload:
            fault("2.1.3", f"{name}: {path!r} is not payload")
    if {a for _, a in kinds["tagmanifest"]} != {a for _, a in kinds["manifest"]}:
        fault("2.2.1", "manifests and tag manifests use different algorithms")
    for name, algorithm in kinds["tagmanifest"]:
        entries = manifest(files, name, algorithm, "2.2.1")
        for path in entries:
            if path in payload or path.startswith("tagmanifest-"):
                fault("2.2.1", f"{name}: lists {path!r}")
        for path in {"bagit.txt", *(n for n, _ in kinds["manifest"]), *({"bag-info.txt"} & set(files))} - set(entries):
            fault("2.2.1", f"{name}: does not list {path!r}")
    if "bag-info.txt" in files:
        check_info(files, payload)
    if "fetch.txt" in files:
        fault("2.2.3", "parts of the bag are elsewhere")
    folded = {}
    for name in files:
        if folded.setdefault(name.lower(), name) != name:
            fault("5.1", f"{name!r} and {folded[name.lower()]!r} are one name on some systems")


def check_info(files, payload):
    oxum = None
    for line in tag_lines(files, "bag-info.txt"):
        if line[:1] in (" ", "\t"):
            continue
        m = re.fullmatch(r"([^:\s](?:[^:]*[^:\s])?):[ \t]+(\S.*)", line)
        if not m:
            fault("2.2.2", f"bag-info.txt: line {line!r}")
        elif m[1].lower() == "payload-oxum":
            if oxum is not None:
                fault("2.2.2", "Payload-Oxum occurs twice")
            oxum = m[2]
    found = f"{sum(len(files[p]) for p in payload)}.{len(payload)}"
    if oxum is not None and oxum != found:
        fault("2.2.2", f"Payload-Oxum is {oxum}, found {found}")


def main(path):
    """Section 4: the archive unpacks to one directory, the bag's base directory, and holds nothing but files of the bag."""
    files, bases = {}, set()
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            base, _, name = member.name.partition("/")
            bases.add(base)
            if not member.isfile():
                if not member.isdir():
                    fault("4", f"{member.name!r} is neither a file nor a directory")
                continue
            if name in files or not name:
                fault("4", f"{member.name!r} occurs twice, or stands beside the bag")
            files[name] = tar.extractfile(member).read()
    if len(bases) != 1:
        fault("4", f"unpacks to {len(bases)} directories, not one")
    check_bag(files)
    for f in faults:
        print(f)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else 2)
