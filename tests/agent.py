#!/usr/bin/python3
"""An ssh-agent for tests (RFC 9987): keeps one key of a token (sk-ssh-ed25519@openssh.com, PROTOCOL.u2f) made of a seed, or answers as no agent should.

agent.py SOCKET MODE [FILE]: listens at SOCKET until it is killed. MODE is
  token        a token that is touched            untouched   … that is not: flags without user presence
  garbage      answers with other bytes           long        announces four gigabytes
  gone         hangs up instead of signing        other       signs with another key
  refuse       lists the key, never signs         broken      a signature with one bit wrong
The public key's line is written to FILE. PREFIX=ssh:… in the environment is the key's application."""
import base64
import hashlib
import os
import socket
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIND = b"sk-ssh-ed25519@openssh.com"
APPLICATION = os.environ.get("PREFIX", "ssh:").encode()


def string(b):
    return len(b).to_bytes(4, "big") + b


def take(b):
    n = int.from_bytes(b[:4], "big")
    return b[4:4 + n], b[4 + n:]


def token_signature(key, flags, data):
    tail = bytes([flags]) + (7).to_bytes(4, "big")
    signed = hashlib.sha256(APPLICATION).digest() + tail + hashlib.sha256(data).digest()
    return string(KIND) + string(key.sign(signed)) + tail


def answer(mode, key, blob, request):
    """The answer to a request; None hangs up."""
    if mode == "long":
        return b"\xff\xff\xff\xff" + b"x" * 100
    if mode == "garbage":
        return string(b"\x0c\x00\x00\x00\x07garbage")
    if request[0] == 11:
        return string(b"\x0c" + (1).to_bytes(4, "big") + string(blob) + string(b"a token"))
    if request[0] != 13 or mode == "refuse":
        return string(b"\x05")
    if mode == "gone":
        return None
    data, _ = take(take(request[1:])[1])
    signer = Ed25519PrivateKey.from_private_bytes(b"another seed, for another token!") if mode == "other" else key
    signature = bytearray(token_signature(signer, 0 if mode == "untouched" else 1, data))
    if mode == "broken":
        signature[50] ^= 1
    return string(b"\x0e" + string(bytes(signature)))


def receive(connection, n):
    data = b""
    while len(data) < n:
        more = connection.recv(n - len(data))
        if not more:
            return None
        data += more
    return data


def serve(connection, mode, key, blob):
    while True:
        head = receive(connection, 4)
        request = receive(connection, int.from_bytes(head, "big")) if head else None
        if not request:
            return
        reply = answer(mode, key, blob, request)
        if reply is None:
            return
        connection.sendall(reply)


def main():
    path, mode = sys.argv[1:3]
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"token " + APPLICATION).digest())
    blob = string(KIND) + string(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)) + string(APPLICATION)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen()
    if len(sys.argv) > 3:
        with open(sys.argv[3] + ".new", "w") as f:
            f.write(KIND.decode() + " " + base64.b64encode(blob).decode() + "\n")
        os.rename(sys.argv[3] + ".new", sys.argv[3])
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection, mode, key, blob)
            except OSError:
                pass


main()
