#!/usr/bin/env python3
"""What a power cut can leave of a directory (README.md "Power cuts").

powercut.py take DIR BASE              remembers DIR as it is, all of it durable
powercut.py count BASE RECORD          how many calls the record has
powercut.py all BASE RECORD            1 to that number
powercut.py syncs BASE RECORD          those of them after which more is durable, and the last
powercut.py cut BASE RECORD N SEED DIR makes DIR as a cut after the first N calls may leave it. SEED `none`: nothing that was not made durable is
                                       there; `all`: everything is; a number: a choice of its own of what is, and of what is torn
"""
import os
import pickle
import random
import sys

SECTOR = 512  # what a disk writes whole or not at all


class File:
    def __init__(self, data=b''):
        self.data = bytearray(data)  # on the disk
        self.pending = []            # (offset, bytes) or (length, None), in order

    def sync(self):
        for op in self.pending:
            self.apply(*op)
        self.pending = []

    def apply(self, at, p):
        if p is None:
            del self.data[at:]
            self.data.extend(bytes(at - len(self.data)))
        else:
            self.data.extend(bytes(max(0, at + len(p) - len(self.data))))
            self.data[at:at + len(p)] = p


class Directory:
    def __init__(self):
        self.live = {}     # name to File or Directory, as the program sees it
        self.entries = {}  # … and as the disk has it


class Disk:
    """Changes of names wait in order; each is a list of (directory, name, what it names then or None) that happens together."""

    def __init__(self, path):
        self.root, self.nodes, self.pending = Directory(), {}, []
        self.path = path
        self.load(self.root, path)

    def load(self, node, path):
        self.nodes[os.stat(path).st_ino] = node
        for e in os.scandir(path):
            ino = e.stat(follow_symlinks=False).st_ino
            if e.is_dir(follow_symlinks=False):
                child = Directory()
                self.load(child, e.path)
            elif ino in self.nodes:
                child = self.nodes[ino]
            else:
                with open(e.path, 'rb') as f:
                    child = self.nodes[ino] = File(f.read())
            node.live[e.name] = node.entries[e.name] = child

    def find(self, path):
        """The directory that path stands in, and its name there."""
        node = self.root
        parts = os.path.normpath(path)[len(self.path):].strip('/').split('/')
        for part in parts[:-1]:
            node = node.live[part]
        return node, parts[-1]

    def change(self, changes):
        for d, name, node in changes:
            if node is None:
                d.live.pop(name, None)
            else:
                d.live[name] = node
        self.pending.append(list(changes))

    @staticmethod
    def write(changes):
        for d, name, node in changes:
            if node is None:
                d.entries.pop(name, None)
            else:
                d.entries[name] = node

    def sync(self, node):
        if isinstance(node, File):
            node.sync()
            return
        done = {i for i, c in enumerate(self.pending) if any(d is node for d, _, _ in c)}
        # A name that this decides is not decided by what happened before any more.
        until = {(id(d), name): i for i in sorted(done) for d, name, _ in self.pending[i]}
        for i in sorted(done):
            self.write(self.pending[i])
        rest = ([x for x in c if i > until.get((id(x[0]), x[1]), -1)] for i, c in enumerate(self.pending) if i not in done)
        self.pending = [c for c in rest if c]

    def play(self, line, data):
        what, *f = line.split('\t')
        if what in 'CDL':
            d, name = self.find(f[1])
            if what != 'L' or int(f[0]) not in self.nodes:
                self.nodes[int(f[0])] = Directory() if what == 'D' else File()
            self.change([(d, name, self.nodes[int(f[0])])])
        elif what == 'U':
            d, name = self.find(f[1])
            self.change([(d, name, None)])
        elif what == 'R':
            d, name = self.find(f[0])
            to, new = self.find(f[1])
            self.change([(d, name, None), (to, new, d.live[name])])
        else:
            node = self.nodes[int(f[0])]
            if what == 'W':
                node.pending.append((int(f[1]), data))
            elif what == 'T':
                node.pending.append((int(f[1]), None))
            else:
                self.sync(node)

    def cut(self, choice):
        """What was not made durable is there or not, each change by itself, in its order."""
        for c in self.pending:
            if choice.keep():
                self.write(c)
        for node in self.nodes.values():
            for at, p in node.pending if isinstance(node, File) else []:
                part = choice.part(p) if p is not None else None
                if part or (p is None and choice.keep()):
                    node.apply(at, part)

    def store(self, node, path):
        os.mkdir(path, 0o700)
        for name, child in node.entries.items():
            if isinstance(child, Directory):
                self.store(child, os.path.join(path, name))
            else:
                with open(os.path.join(path, name), 'wb') as f:
                    f.write(child.data)


class Choice:
    def __init__(self, seed):
        self.all, self.none = seed == 'all', seed == 'none'
        self.random = None if self.all or self.none else random.Random(int(seed))
        self.bias = self.random.choice((0.1, 0.5, 0.9)) if self.random else 0

    def keep(self):
        return self.all or (not self.none and self.random.random() < self.bias)

    def part(self, p):
        """Of a write: all of it, none, its first sectors, or its length with zeros in place of its bytes."""
        if self.all or self.none:
            return p if self.all else b''
        how = self.random.random()
        if how < self.bias:
            return p
        if how < self.bias + (1 - self.bias) / 3:
            return bytes(len(p))
        return p[:self.random.randrange(len(p) // SECTOR + 1) * SECTOR] if how < self.bias + (1 - self.bias) * 2 / 3 else b''


def calls(path):
    with open(path, 'rb') as f:
        while line := f.readline():
            text = line.decode().rstrip('\n')
            yield text, f.read(int(text.split('\t')[3])) if text[0] == 'W' else b''


def main(what, *args):
    if what == 'take':
        with open(args[1], 'wb') as f:
            pickle.dump(Disk(args[0]), f)
        return
    with open(args[0], 'rb') as f:
        disk = pickle.load(f)
    record = list(calls(args[1]))
    if what == 'count':
        print(len(record))
        return
    if what in ('all', 'syncs'):
        print(*(i for i, (line, _) in enumerate(record, 1) if what == 'all' or line[0] == 'S' or i == len(record)), sep='\n')
        return
    n = int(args[2])
    for line, data in record[:n]:
        disk.play(line, data)
    disk.cut(Choice(args[3]))
    disk.store(disk.root, args[4])


main(*sys.argv[1:])
