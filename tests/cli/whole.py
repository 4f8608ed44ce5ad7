#!/usr/bin/python3
"""Compares everything that commands say with --json with what they said when somebody read it: whole.py EXPECTED SEEN NAME [--any-order|--page] <OUTPUT

EXPECTED is a file of lines, each {"name": NAME, "objects": [...]}. Keys that are new are let through: programs that read evx pass over them. Everything
else must be there with its value. What is another in each run is named by its kind and by its place in the order in which the run met it ("U1", "H4"), so
that one value that stands for another shows. SEEN keeps these names from one command to the next. Of sentences only numbers, names of that kind and words
in capitals count: how a sentence is put is the writer's. Of a page (HTML) so does each piece of text. What is up to the
machine does not count: whether an acceptance came within seconds, or the clock is kept.

With EVX_WHOLE_WRITE set EXPECTED is written, not compared. Read what changed before it is committed: git diff --word-diff
"""
import html, json, os, re, sys

TEXTS = {"text", "why", "message", "missing_text", "sentence"}
DROPPED = {"seconds", "elapsed", "rate", "version", "seed", "jobs", "mtime", "atime", "ctime", "btime", "ino", "dev", "uid", "gid", "user", "group",
           "kernel", "confinement", "log_bytes", "path_real", "words", "clock", "free", "bundle_bytes", "sealed_bytes"}
KINDS = [("U", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), ("H", r"\b[0-9a-f]{64}\b"), ("X", r"\b[0-9a-f]{32}\b"),
         ("F", r"SHA256:[A-Za-z0-9+/]{43}"), ("K", r"ssh-ed25519 [A-Za-z0-9+/=]+"), ("A", r"\bage1[0-9a-z]{58}\b"),
         ("C", r"\b(?:[0-9A-Z]{4}[- ]){7}[0-9A-Z]{4}\b"), ("S", r"\b[0-9a-f]{8}-[0-9]+\b"), ("T", r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z|\b[0-9]{1,2} [A-Z][a-z]+ 20[0-9]{2}(?:,? [0-9:]{5,8}(?: UTC)?)?")]
ANY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS))
FIXED = re.compile("2001-|2098-|2099-|.* 2001")
BEFORE = re.compile(r"\b[0-9a-f]{2}/(?=[0-9a-f]{64})")  # of an object's name, the beginning of what follows
MACHINE = {"R-SOON", "R-CLOCK"}  # findings that are up to the machine: how fast it is, and whether its clock is kept


class Names:
    def __init__(self, path, top):
        self.path, self.top, self.seen = path, top, {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                self.seen = json.load(f)

    def name(self, m):
        kind, value = m.lastgroup, m.group()
        if kind == "T":
            return value if FIXED.match(value) else "T"
        of_kind = self.seen.setdefault(kind, {})
        return f"{kind}{of_kind.setdefault(value, len(of_kind) + 1)}"

    def text(self, s):
        return ANY.sub(self.name, BEFORE.sub("", s.replace(self.top, "TOP")))

    def save(self):
        with open(self.path, "w", encoding="utf-8") as f:
            json.dump(self.seen, f)


def plain(value, rename, key=""):
    """value as it is compared."""
    if isinstance(value, dict):
        return {k: plain(v, rename, k) for k, v in value.items() if k not in DROPPED}
    if isinstance(value, list):
        return [plain(v, rename, key) for v in value if not (isinstance(v, dict) and v.get("code") in MACHINE)]
    if not isinstance(value, str):
        return value
    if key == "grade":
        return value.replace("_with_remarks", "")
    if key == "bytes" and value.isdigit() and int(value) % 512 == 0:
        return "blocks"  # a bundle's: as long as its README.txt makes it
    s = rename(value)
    return " ".join(re.findall(r"\b[A-Z]{2,}\b|\b[UHXFKACS][0-9]+\b|\bT\b|[0-9]+", s)) if key in TEXTS else s


def in_order(value, top):
    """value with all lists of objects in an order that does not depend on random numbers."""
    if isinstance(value, dict):
        return {k: in_order(v, top) for k, v in value.items()}
    if not isinstance(value, list):
        return value
    value = [in_order(v, top) for v in value]
    if value and all(isinstance(v, dict) for v in value):
        value.sort(key=lambda v: json.dumps(plain(v, lambda s: ANY.sub(lambda m: m.lastgroup, BEFORE.sub("", s.replace(top, "TOP"))))))
    return value


def differences(want, found, at):
    if isinstance(want, dict) and isinstance(found, dict):
        for k in want:
            if k not in found:
                yield f"{at}.{k}: is not there"
            else:
                yield from differences(want[k], found[k], f"{at}.{k}")
    elif isinstance(want, list) and isinstance(found, list):
        if len(want) != len(found):
            yield f"{at}: {len(found)} things, not {len(want)}"
        for i, (w, f) in enumerate(zip(want, found)):
            yield from differences(w, f, f"{at}[{i}]")
    elif want != found or type(want) is not type(found):
        yield f"{at}: {found!r}, not {want!r}"


def pieces(page):
    """The texts of a page that have anything to compare."""
    page = re.sub(r"<(style|svg|script)\b.*?</\1>", "", page, flags=re.S | re.I)
    return [{"text": html.unescape(line)} for line in re.sub(r"<[^>]*>", "\n", page).split("\n")
            if re.search(r"[0-9]|[A-Z]{2}", line) and not re.search(r"R-SOON|R-CLOCK|seconds? after release|[0-9] bytes", line)]


def main(expected, seen, name, order=""):
    names = Names(seen, os.path.dirname(seen))
    objects = pieces(sys.stdin.read()) if order == "--page" else [json.loads(line) for line in sys.stdin if line.strip()]
    if order == "--any-order":
        objects = in_order(objects, names.top)
    objects = [*(plain(o, names.text) for o in objects), {"exit code": int(os.environ["EXIT_CODE"])}]
    names.save()
    if os.environ.get("EVX_WHOLE_WRITE"):
        with open(expected, "a", encoding="utf-8") as f:
            f.write(json.dumps({"name": name, "objects": objects}, ensure_ascii=False) + "\n")
        return 0
    with open(expected, encoding="utf-8") as f:
        known = {line["name"]: line["objects"] for line in map(json.loads, f)}
    if name not in known:
        print(f"nothing is known of: {name}")
        return 1
    found = list(differences(known[name], objects, ""))
    print("\n".join(found[:20]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
