"""Which lines of the library each test runs through: so that a changed line is tried with these tests only.

The library is built with a call at the beginning of each block (tests/mutation/reach.c). A test leaves the addresses that it came by in a file. Here they
become lines, by the table of lines in the library. A block ends where the next call stands. No two sources have the same name."""
import bisect
import os
import re
import subprocess

FLAGS = ['-O0', '-g', '-fno-inline', '-fsanitize-coverage=trace-pc']
SOURCE = 'tests/mutation/reach.c'


class Reach:
    def __init__(self, library, directory):
        self.library, self.dir, self.rows, self.at = library, directory, {}, {}
        self.length = os.path.getsize(library)
        os.makedirs(directory)
        os.chmod(directory, 0o1777)
        calls = []
        with subprocess.Popen(['objdump', '-d', '--no-show-raw-insn', library], stdout=subprocess.PIPE, text=True) as dump:
            called = False
            for line in dump.stdout:
                if line[:1] == ' ':
                    if called:
                        calls.append(int(line[:line.index(':')], 16))
                    called = '<__sanitizer_cov_trace_pc>' in line
        self.calls = sorted(calls)
        self.read_lines()

    def read_lines(self):
        """Fills rows: for each call, the lines of the block behind it."""
        source, table = None, []
        with subprocess.Popen(['objdump', '--dwarf=decodedline', self.library], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as dump:
            for line in dump.stdout:
                m = re.match(r'(?:CU: )?(\S+\.[ch]):', line)
                if m:
                    source = os.path.basename(m[1])
                    continue
                m = re.match(r'\S+\s+(\d+)\s+0x([0-9a-f]+)', line)
                if m:
                    table.append((int(m[2], 16), source, int(m[1])))
        table.sort(key=lambda row: row[0])
        begins = [row[0] for row in table]
        for i, call in enumerate(self.calls):
            end = self.calls[i + 1] if i + 1 < len(self.calls) else call + 1
            a, b = bisect.bisect_right(begins, call) - 1, bisect.bisect_left(begins, end)
            self.rows[call] = {row[1:] for row in table[max(a, 0):b]}
        for lines in self.rows.values():
            for source, line in lines:
                self.at.setdefault(source, set()).add(line)

    def begin(self, test):
        """The name of the file where the test is to leave what it reaches."""
        name = os.path.join(self.dir, os.path.basename(test))
        with open(name, 'wb') as f:
            f.truncate(self.length)
        os.chmod(name, 0o666)
        return name

    def reached(self, name):
        """The lines that the test reached which left the file, as a set of (name of the source, line)."""
        with open(name, 'rb') as f:
            found = {m.start() for m in re.finditer(b'[^\\0]', f.read())}
        os.remove(name)
        return set().union(*(self.rows.get(at, ()) for at in found))

    def place(self, source, line):
        """The line at or before the given one, for which there is code."""
        name = os.path.basename(source)
        return name, max((n for n in self.at.get(name, ()) if n <= line), default=line)
