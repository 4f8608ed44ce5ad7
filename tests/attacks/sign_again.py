#!/usr/bin/python3
"""Signs a document of an unpacked bundle again, with another nonce, and writes its record anew: sign_again.py DIRECTORY EVENT.json N SIGNING.KEY

Ed25519 (RFC 8032) as it is written there, but for the nonce, which is drawn at random, so that the signature is a good one and another one.
"""
import base64, hashlib, os, struct, sys

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def recover(y):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if x % 2 == 0 else P - x


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P)


def times(n, point=(recover(BASE_Y), BASE_Y)):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def digest(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def sign(seed, message):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    nonce = int.from_bytes(os.urandom(64), "little") % L
    public, r = packed(times(a)), packed(times(nonce))
    s = (nonce + digest(r, public, message) * a) % L
    return r + s.to_bytes(32, "little")


def string(b):
    return struct.pack(">I", len(b)) + b


def main(directory, name, number, key):
    with open(key) as f:
        private = base64.b64decode("".join(f.read().split("\n")[1:-2]))
    at = private.rindex(b"\0\0\0\x0bssh-ed25519") + 15 + 4 + 32 + 4
    seed, public = private[at:at + 32], private[at + 32:at + 64]
    path = os.path.join(directory, "custody", name)
    with open(path, "rb") as f:
        document = f.read()
    namespace = b"evx-event/1"
    signed = b"SSHSIG" + string(namespace) + string(b"") + string(b"sha512") + string(hashlib.sha512(document).digest())
    blob = (b"SSHSIG" + struct.pack(">I", 1) + string(string(b"ssh-ed25519") + string(public)) + string(namespace) + string(b"") + string(b"sha512")
            + string(string(b"ssh-ed25519") + string(sign(seed, signed))))
    text = base64.b64encode(blob).decode()
    lines = ["-----BEGIN SSH SIGNATURE-----", *(text[i:i + 70] for i in range(0, len(text), 70)), "-----END SSH SIGNATURE-----", ""]
    with open(f"{path}.sig{number}", "w") as f:
        f.write("\n".join(lines))
    record = path.removesuffix(".json") + ".record"
    with open(record) as f:
        names = [line[66:] for line in f.read().splitlines()]
    with open(record, "w") as f:
        for n in names:
            with open(os.path.join(directory, n), "rb") as member:
                f.write(f"{hashlib.sha256(member.read()).hexdigest()}  {n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
