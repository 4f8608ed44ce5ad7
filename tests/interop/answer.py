#!/usr/bin/python3
"""Answers a challenge from an unpacked bundle, written from format-spec/possession.md alone.

usage: answer.py CHALLENGE DIRECTORY        the answer's line on standard output
       answer.py --open LIST AGE-KEY        the challenges of a list: hash and answer, one a line
"""
import glob
import hashlib
import hmac
import json
import os
import subprocess
import sys


def fail(text):
	print("bad: " + text)
	sys.exit(1)


def split(text):
	"""A signed document's JSON line and its one signature."""
	line, rest = text.split(b"\n", 1)
	end = b"-----END SSH SIGNATURE-----\n"
	if not rest.startswith(b"-----BEGIN SSH SIGNATURE-----\n") or end not in rest:
		fail("no signature")
	at = rest.index(end) + len(end)
	return line + b"\n", rest[:at], rest[at:]


def verify(line, signature):
	signer, = json.loads(line)["signers"]
	allowed = "allowed.%d" % os.getpid()
	with open(allowed, "w", encoding="ascii") as f:
		f.write("asker %s\n" % signer)
	with open(allowed + ".sig", "wb") as f:
		f.write(signature)
	try:
		done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "asker", "-n", "evx-possession/1",
			"-s", allowed + ".sig"], input=line, capture_output=True, check=False)
	finally:
		os.unlink(allowed)
		os.unlink(allowed + ".sig")
	if done.returncode != 0:
		fail("the signature does not match")


def answer(path, directory):
	with open(path, "rb") as f:
		line, signature, rest = split(f.read())
	if rest:
		fail("something behind the signature")
	verify(line, signature)
	if not line.startswith(b'{"format":"evx-challenge/1"'):
		fail("no challenge")
	c = json.loads(line)
	documents = []
	for i in range(c["entry"] + 1):
		name, = glob.glob("%s/custody/%04d-*.json" % (glob.escape(directory), i))
		with open(name, "rb") as f:
			documents.append(f.read())
	if hashlib.sha256(documents[0]).hexdigest() != c["exhibit"] or json.loads(documents[0])["uuid"] != c["uuid"]:
		fail("another exhibit")
	if hashlib.sha256(documents[-1]).hexdigest() != c["head"]:
		fail("another record")
	mac = hmac.new(bytes.fromhex(c["nonce"]), line + b"".join(documents), hashlib.sha256)
	for pack in c["packs"]:
		with open("%s/data/%s.pack" % (directory, pack), "rb") as f:
			data = f.read()
		if hashlib.sha256(data).hexdigest() != pack:
			fail("a pack was changed")
		mac.update(data)
	print(json.dumps({"format": "evx-answer/1", "uuid": c["uuid"], "exhibit": c["exhibit"],
		"challenge": hashlib.sha256(line).hexdigest(), "answer": mac.hexdigest()}, separators=(",", ":")))


def open_list(path, key):
	with open(path, "rb") as f:
		line, signature, rest = split(f.read())
	verify(line, signature)
	document = json.loads(line)
	end = b"-----END AGE ENCRYPTED FILE-----\n"
	for asker in document["askers"]:
		part = rest[:rest.index(end) + len(end)]
		rest = rest[len(part):]
		if hashlib.sha256(part).hexdigest() != asker["sha256"]:
			fail("other challenges")
		done = subprocess.run(["age", "-d", "-i", key], input=part, capture_output=True, check=False)
		if done.returncode != 0:
			continue
		lines = done.stdout.splitlines(keepends=True)
		if len(lines) != 2 * document["challenges"]:
			fail("another number of challenges")
		for challenge, value in zip(lines[::2], lines[1::2]):
			c = json.loads(challenge)
			if any(c[k] != document[k] for k in ("uuid", "exhibit", "entry", "head")) or len(c["packs"]) != document["packs"] \
				or c["signers"] != [asker["signing"]]:
				fail("a challenge that is not as the document says")
			print(hashlib.sha256(challenge).hexdigest(), value.decode().strip())
	for mark in rest.splitlines():
		json.loads(mark)


if __name__ == "__main__":
	if sys.argv[1] == "--open":
		open_list(sys.argv[2], sys.argv[3])
	else:
		answer(sys.argv[1], sys.argv[2])
