"""conventions.md: error classes, text forms, JSON."""
import hashlib, json, re
from datetime import datetime

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
HEX = r"[0-9a-f]{64}"
NUMBER = r"0|[1-9][0-9]{0,19}"


class Fault(Exception):
    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


def need(ok, kind, text):
    if not ok:
        raise Fault(kind, text)


def is_a(pattern, text):
    return isinstance(text, str) and re.fullmatch(pattern, text, re.ASCII) is not None


def utf8(data, what):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("corrupt", f"{what}: not UTF-8")


def is_time(text):
    """YYYY-MM-DDTHH:MM:SSZ, from 1970 on, no leap second."""
    if not is_a(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\dZ", text):
        return False
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").year >= 1970
    except ValueError:
        return False


def sha256(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p)
    return h.digest()


def be64(n):
    return n.to_bytes(8, "big")


def note(text):
    print("note: " + text.encode("unicode_escape").decode())


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
