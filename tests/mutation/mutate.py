#!/usr/bin/env python3
"""usage: mutate.py [--seed N] [--sample N] [--jobs N] [--least PERCENT] [--only REGEX] [--scripts N] [--tests REGEX] [--unit-only] [--again FILE] [--also NAMES] [--list]

Changes the code that decides a verdict in one small place at a time, and looks whether a test notices. The work is done in build/mutation, a copy; the
library is shared there, so that a change costs one compiler run and one link. --jobs mutants are tried at a time, each with a library and a TMPDIR of its
own. Before anything is changed, each test runs once: how long it takes, and through which lines of the library it comes (reach.py). A mutant is tried with
those tests only that come through its line: unit tests first, then the command-line tests; of each kind those that have most to do with the changed file,
and take least time, and of the command-line tests no more than --scripts. The first test that fails ends it, once it has failed again: a busy machine, or a
test that fails now and then, notices nothing. A mutant of which the compiler, optimising, makes the same machine code as before, changes nothing, and does
not count. Prints a line for each mutant, then how many were noticed; exit status 1 when fewer than --least percent were. The same seed chooses the same
places of the same code. --again FILE tries those places only that survived in FILE, what an earlier run printed, --also NAMES with tests that are left out
otherwise. What the tests reach is kept in build/mutation-reach: the next run of the same code times only those tests that have changed.

The changed file, and only this file, is compiled with AddressSanitizer and bounds checks: a change that reads one past an array is noticed even where the
byte behind the array happens to be harmless. The unit tests also tell what was not freed, but for those where the leak checker cannot work. The sizes of
arrays in declarations and casts are left as they are: they decide nothing.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import os
import pickle
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from reach import FLAGS as REACH, SOURCE as REACH_SOURCE, Reach

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
WORK = os.path.join(TOP, 'build', 'mutation')
TREE = os.path.join(WORK, 'w', 'tree')
SUBJECTS = ['vault/custody/*.c', 'vault/format/*.c', 'vault/crypto/*.c', 'vault/judge/*.c', 'vault/ship/*.c', 'vault/mirror/*.c', 'vault/keep/*.c',
            'vault/remote/remote_message.c', 'vault/remote/*_text.c', 'vault/remote/s3_sign.c', 'vault/remote/remote_url.c',
            'vault/bundle/bundle*.c', 'vault/bundle/append*.c', 'vault/bundle/ledger*.c', 'vault/bundle/directory.c',
            'vault/bundle/pack_*.c', 'vault/bundle/sequences.c', 'vault/content/tiling*.c', 'vault/content/listing_read*.c',
            'vault/content/tree_read.c', 'vault/content/walk*.c', 'vault/open/*.c', 'vault/people/trusted.c',
            'vault/store/log*.c', 'vault/store/standing.c', 'vault/store/heads*.c', 'vault/store/inspect.c',
            'vault/store/members.c', 'vault/store/inventory.c', 'vault/store/rollback.c', 'vault/store/memory.c']
NOT = {'vault/content/walk_ahead.c'}  # only makes it faster
# Tests that say nothing about a mutant: they race, fill a disk, wait for a network, want objects of their own, or do what another does for minutes.
LEFT_OUT = {'full', 'race', 'interrupt', 'offline', 'terminal', 'usage', 'tsa', 'man-examples', 'send-fault', 'fault', 'vault-fault', 'mirror-fault',
            'unconfined', 'test_confine_acts'}
# GCC's, for the changed file: what the byte behind an array holds is luck. Every program is linked with the library of AddressSanitizer.
WATCHED = ['-fsanitize=address,bounds', '-fsanitize-undefined-trap-on-error']
ASAN = 'verify_asan_link_order=0:exitcode=99:detect_leaks='
FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-D_FILE_OFFSET_BITS=64', '-DEVX_VERSION="0.0.0"', '-DEVX_TEST_HOOKS', '-Ivault', '-O1', '-fPIC', '-w', '-pthread',
         '-fno-semantic-interposition']
with open(os.path.join(TOP, 'build-aux/probe.sh'), encoding='utf-8') as probe:
    LIBS = re.search(r"^libs='(.*)'$", probe.read(), re.M)[1].split()
QUICK = ['-fuse-ld=lld'] if shutil.which('ld.lld') else []
TIMEOUT = 900
SAME = object()  # a change that the compiler's optimiser makes nothing of


def pkg(what, *names):
    return subprocess.run(['pkg-config', what, *names], check=True, capture_output=True, text=True).stdout.split()


# ---- Where something can be changed

def blank(text):
    """text with comments and what stands in quotes made spaces, so that positions stay."""
    def space(m):
        return re.sub(r'[^\n]', ' ', m.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', space, text, flags=re.S)


def constant(m):
    n = int(m.group(1))
    if m.string[m.end(1):m.end(1) + 1] == 'u' and re.fullmatch('1(00)+0?', m.group(1)) and m.string[:m.start(1)].endswith('% '):
        return []  # only tells the compiler how long a number gets
    if re.fullmatch('0[0-7]{3}', m.group(1)):
        return ['0644' if m.group(1) == '0600' else '0600']
    if re.search(r'(?:[=(,?:]|return) -$', m.string[max(0, m.start(1) - 9):m.start(1)]):
        return [f'{n - 1}']  # -1 stands for none, and so does -2
    return [f'{n + 1}'] if n == 0 else [f'{n + 1}', f'{n - 1}']


def last_argument(code, at):
    """Where the last argument of the call that opens at stands, or None."""
    depth, comma = 0, None
    for i in range(at, min(len(code), at + 400)):
        if code[i] in '([':
            depth += 1
        elif code[i] in ')]':
            depth -= 1
            if depth == 0:
                return (comma + 2, i) if comma else None
        elif code[i] == ',' and depth == 1:
            comma = i
    return None


OPERATORS = [(r' (==)\s', ['!=']), (r' (!=)\s', ['==']), (r' (<)\s', ['<=']), (r' (<=)\s', ['<']), (r' (>)\s', ['>=']), (r' (>=)\s', ['>']),
             (r' (&&)\s', ['||']), (r' (\|\|)\s', ['&&']), (r'(?<![\w.])(\d+)(?=u?\b)(?![\w.]*x)', constant),
             (r' (\+) ', ['-']), (r' (-) ', ['+']), (r'(\+=)', ['-=']),
             (r'return (true);', ['false']), (r'return (false);', ['true']), (r'return (EVX_OK);', ['EVX_E_CORRUPT']),
             (r'return (err);', ['EVX_OK']), (r'return (evx_fail\w*\()', lambda m: [f'EVX_OK; (void){m.group(1)}']),
             (r'if \((!)(?=[a-z])', ['']), (r'(?<=\()(?=evx_\w+_is_|is_)()', ['!'])]
STATEMENT = re.compile(r'^\t+([\w\->.\[\]*]+ (?:[+|^&-]?=) [^;\n]*;|[a-z]\w*\([^;\n]*\);)$', re.M)

# What was not released, wiped or locked decides nothing.
RELEASE = re.compile(r'return|(?:evx_\w+_)?free\(|close\(|evx_close_quiet\(|evx_wipe\(|explicit_bzero\(|pthread_mutex_')


def declared_sizes(code):
    """The spans of code that hold the size of an array in a declaration or a cast, or stand in sizeof, and no value that is reckoned with."""
    spans = [m.span(1) for m in re.finditer(r'\(\*\)(\[[^\]\n]*\])', code)]
    spans += [m.span(1) for m in re.finditer(r'\((?:const )?(?:struct \w+|char|\w+_t) ?\**(\[[^\]\n]*\])\)', code)]
    spans += [m.span(1) for m in re.finditer(r'\bsizeof\(\*?[\w.>-]+(\[[^\]\n]*\])\)', code)]
    for line in re.finditer(r'^\t+(?:(?:static|const|unsigned|struct|enum) )*(?!return\b|goto\b|else\b|case\b)[a-z_]\w* \**(?=[a-z_]\w*(?:\[|,| =|;))', code,
                            re.M):
        depth, value, size = 0, False, None
        for i in range(line.end(), min(len(code), line.end() + 2000)):
            c = code[i]
            if depth == 0 and c == ';':
                break
            if depth == 0 and c in '=,':
                value = c == '='
            elif c in '([{':
                size = i if depth == 0 and c == '[' and not value else size
                depth += 1
            elif c in ')]}':
                depth -= 1
                if depth == 0 and size is not None:
                    spans.append((size, i))
                    size = None
    return spans


def sites(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as f:
        text = f.read()
    code, out = blank(text), []
    inside = [False] * len(text)  # a function's body: between a { and a } that begin a line
    at, body = 0, False
    for line in code.split('\n'):
        if line.startswith('{'):
            body = True
        elif line.startswith('}'):
            body = False
        if body and line.startswith('\t'):
            inside[at:at + len(line)] = [True] * len(line)
        at += len(line) + 1
    for a, b in declared_sizes(code):
        inside[a:b] = [False] * (b - a)
    for pattern, new in OPERATORS:
        for m in re.finditer(pattern, code):
            if not inside[m.start(1) - (0 if m.group(1) else 1)]:
                continue
            for replacement in new(m) if callable(new) else new:
                out.append((path, m.start(1), m.end(1), replacement))
    for m in STATEMENT.finditer(code):
        if inside[m.start(1)] and not RELEASE.match(m.group(1)):
            out.append((path, m.start(1), m.end(1), ';'))
    for m in re.finditer(r'\bmemcmp(\()', code):
        span = last_argument(code, m.start(1))
        if span and inside[m.start()]:
            out.append((path, *span, f'({text[span[0]:span[1]]}) - 1'))
            out.append((path, *span, '1'))
    return [(p, a, b, text[a:b], r) for p, a, b, r in out]


def told(mutant, text):
    path, a, b, old, new = mutant
    line = text.count('\n', 0, a) + 1
    start = text.rfind('\n', 0, a) + 1
    end = text.find('\n', b)
    return f'{path}:{line}\t{text[start:end].strip()}\t{old or "(nothing)"} -> {new or "(nothing)"}'


# ---- The copy, and a shared library in it

class Build:
    def __init__(self, jobs):
        self.cflags, self.libs = [*FLAGS, *pkg('--cflags', *LIBS)], pkg('--libs', *LIBS)
        self.obj = os.path.join(WORK, 'obj')
        self.so = os.path.join(WORK, 'libevx.so')
        self.jobs = jobs
        for old in [os.path.join(WORK, 'w'), os.path.join(WORK, 'reach'), *glob.glob(os.path.join(WORK, 'job*'))]:
            shutil.rmtree(old, ignore_errors=True)
        os.makedirs(TREE)
        files = subprocess.run(['git', 'ls-files', '-z'], cwd=TOP, capture_output=True, check=True).stdout.split(b'\0')
        for name in filter(None, map(os.fsdecode, files)):
            if os.path.isfile(os.path.join(TOP, name)):
                os.makedirs(os.path.dirname(os.path.join(TREE, name)), exist_ok=True)
                shutil.copy2(os.path.join(TOP, name), os.path.join(TREE, name))
        shared = os.path.join(TOP, '..', 'shared')
        if os.path.isdir(shared):
            os.symlink(os.path.abspath(shared), os.path.join(WORK, 'w', 'shared'))

    def object(self, source):
        return os.path.join(self.obj, source.replace('/', '_')[:-2] + '.o')

    def compile(self, source, to, extra=()):
        return subprocess.run(['gcc', *self.cflags, *extra, '-c', '-o', to, source], cwd=TREE, capture_output=True).returncode == 0

    def link_library(self, objects, to):
        return subprocess.run(self.link(objects, to), capture_output=True).returncode == 0

    def link(self, objects, to):
        return ['gcc', *QUICK, '-shared', '-Wl,-soname,libevx.so', '-pthread', '-o', to, *objects, *self.libs]

    def made(self, command):
        """Runs command, unless an earlier run made its target of the same things. Whether the target is there."""
        target, h = command[command.index('-o') + 1], hashlib.sha256(repr((command, self.headers)).encode())
        for name in command:
            if name.endswith('.c') or (name.endswith('.o') and name != target):
                with open(os.path.join(TREE, name + '.key' * name.endswith('.o')), 'rb') as f:
                    h.update(hashlib.sha256(f.read()).digest())
        try:
            with open(target + '.key', 'rb') as f:
                if f.read() == h.digest() and os.path.exists(target):
                    return True
        except OSError:
            pass
        run_of = subprocess.run(command, cwd=TREE, capture_output=True, text=True)
        if run_of.returncode != 0:
            print(f'# {" ".join(command)}\n{run_of.stderr[-2000:]}', file=sys.stderr)
            return False
        with open(target + '.key', 'wb') as f:
            f.write(h.digest())
        return True

    def compiled(self, source, to=None, extra=()):
        return self.made(['gcc', *self.cflags, *extra, '-c', '-o', to or self.object(source), source])

    def watched(self, sources, to):
        """Links a library as it is, with all the sources watched: a test that fails with it says nothing about a mutant. It tells what it reaches."""
        aside = {self.object(s): self.object(s)[:-2] + '.watched.o' for s in sources}
        reach = os.path.join(self.obj, 'reach.o')
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            if not all(pool.map(lambda s: self.compiled(s, aside[self.object(s)], WATCHED + REACH), sources)) or not self.compiled(REACH_SOURCE, reach):
                sys.exit('mutate: the code does not build as it is')
        kept = os.path.join(WORK, 'watched.so')
        if not self.made(self.link([aside.get(x, x) for x in self.objects] + [reach], kept)):
            sys.exit('mutate: the library does not link')
        shutil.copy2(kept, to)

    def all(self):
        os.makedirs(self.obj, exist_ok=True)
        os.makedirs(os.path.join(WORK, 'unit'), exist_ok=True)
        readme = os.path.join(TREE, 'gen_readme.c')
        with open(os.path.join(TREE, 'format-spec/bundle-readme.txt'), encoding='utf-8') as f, open(readme, 'w', encoding='utf-8') as out:
            out.write('#include "seal/bundle_readme.h"\nconst char evx_bundle_readme[] =\n')
            for line in f:
                line = line.rstrip('\n').replace('\\', '\\\\').replace('"', '\\"')
                out.write(f'"{line}\\n"\n')
            out.write(';\nconst size_t evx_bundle_readme_len = sizeof(evx_bundle_readme) - 1;\n')
        os.chdir(TREE)
        headers = sorted(f for d in ('vault', 'cli', 'tests') for f in glob.glob(d + '/**/*.h', recursive=True))
        self.headers = [hashlib.sha256(open(f, 'rb').read()).hexdigest() for f in headers]
        library = sorted(glob.glob('vault/*/*.c')) + ['gen_readme.c', 'tests/hooks/trace.c']
        vectors, cli = sorted(glob.glob('tests/vectors/*.c')), sorted(glob.glob('cli/*.c'))
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            if not all(pool.map(self.compiled, library + vectors + cli)):
                sys.exit('mutate: the code does not build as it is')
            self.objects = [self.object(s) for s in library]
            if not self.made(self.link(self.objects, self.so)):
                sys.exit('mutate: the library does not link')
            tests = sorted(glob.glob('tests/unit/test_*.c'))
            ours = [self.object(v) for v in vectors if not v.endswith('/generate.c')]
            more = [*pkg('--cflags', 'cmocka'), '-DEVX_SAMPLED', '-DEVX_TEST_ZLIB', '-Itests']
            end = [*QUICK, '-fsanitize=address', f'-Wl,-rpath,{WORK}', self.so, *self.libs, *pkg('--libs', 'cmocka', 'zlib'), '-pthread']
            commands = [['gcc', *self.cflags, *more, '-o', os.path.join(WORK, 'unit', os.path.basename(t)[:-2]), t,
                         *(ours if 'test_flips' in t else []), *end] for t in tests]
            commands.append(['gcc', '-o', os.path.join(WORK, 'evx'), *map(self.object, cli), *end])
            commands.append(['gcc', '-o', os.path.join(WORK, 'vectors-generate'), *map(self.object, vectors), *end])
            commands.append(['gcc', *self.cflags, '-o', os.path.join(WORK, 'remote-tool'), 'tests/remote/remote_tool.c', *end])
            commands.append(['gcc', *self.cflags, '-o', os.path.join(WORK, 'proxy'), 'tests/remote/proxy.c', '-pthread'])
            os.makedirs(os.path.join(WORK, 'fault'), exist_ok=True)
            commands += [['gcc', *self.cflags, '-shared', '-o', os.path.join(WORK, 'fault', os.path.basename(f)[:-2] + '.so'), f, '-ldl']
                         for f in glob.glob('tests/fault/*.c')]
            if not all(pool.map(self.made, commands)):
                sys.exit('mutate: a test does not build')


# ---- What is known of tests from the run before

class Known:
    FILE = os.path.join(TOP, 'build', 'mutation-reach')

    def __init__(self):
        files = self.files()
        self.headers = [f for f in files if re.search(r'^tests/.*\.h$', f)]
        self.code = self.hash_of(f for f in files if not re.search(r'^tests/(.*\.h$|unit/test_|cli/.*\.t$|attacks/.*\.t$|mutation/)', f))
        try:
            with open(self.FILE, 'rb') as f:
                code, self.tests = pickle.load(f)
        except (OSError, EOFError, pickle.UnpicklingError):
            code = None
        if code != self.code:
            self.tests = {}

    @staticmethod
    def files():
        return sorted(f for d in ('vault', 'cli', 'tests') for f in glob.glob(d + '/**/*', recursive=True, root_dir=TREE))

    @staticmethod
    def hash_of(names):
        h = hashlib.sha256()
        for name in names:
            if os.path.isfile(os.path.join(TREE, name)):
                with open(os.path.join(TREE, name), 'rb') as f:
                    h.update(name.encode() + hashlib.sha256(f.read()).digest())
        return h.digest()

    def key(self, test):
        return self.hash_of([os.path.relpath(source_of(test), TREE), *([] if test.endswith('.t') else self.headers)])

    def get(self, test):
        """(seconds or None, whether leaks are told, lines), or None."""
        return self.tests.get(self.key(test))

    def put(self, test, value):
        self.tests[self.key(test)] = value

    def save(self):
        with open(self.FILE, 'wb') as f:
            pickle.dump((self.code, self.tests), f)


# ---- One test, in a process group of its own, so that what it started ends with it

def run(command, env, timeout=TIMEOUT):
    """'passes', 'fails', or 'slow': it had not ended in time."""
    p = subprocess.Popen(command, cwd=TREE, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    late = threading.Event()

    def stop():
        late.set()
        os.killpg(p.pid, signal.SIGKILL)
    end = threading.Timer(timeout, stop)
    end.start()
    # cmocka tells of a test that was skipped by "not ok N # SKIP"
    failed = any(re.match(rb'not ok(?!.*# *SKIP)', line) for line in p.stdout)
    if failed:  # nobody needs the rest. A shell that is asked removes its directory.
        os.killpg(p.pid, signal.SIGTERM)
        try:
            p.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
    p.stdout.close()
    code = p.wait()
    end.cancel()
    return 'fails' if failed else 'slow' if late.is_set() else 'passes' if code == 0 else 'fails'


def source_of(test):
    return test if test.endswith('.t') else os.path.join(TREE, 'tests/unit', os.path.basename(test) + '.c')


def in_order(path, tests, seconds, lines):
    """First those that promise most for their time: they come through more lines of the file at path than others, or have its words in their name."""
    base, words = os.path.basename(path), set(re.split(r'[/_.]', path)) - {'vault', 'c'}
    there = {t: sum(source == base for source, _ in lines[t]) for t in tests}
    most = max(there.values(), default=1) or 1

    def cost(t):
        name = set(re.split(r'[_.-]', os.path.basename(t)))
        return (seconds[t] + 0.3) / (0.02 + (there[t] / most) ** 2 + len(name & words))
    return sorted(tests, key=cost)


class Worker:
    """A place of its own for one mutant after another."""
    def __init__(self, build, number, env):
        self.build, self.dir = build, os.path.join(WORK, f'job{number}')
        self.made = {}
        os.makedirs(os.path.join(self.dir, 'tmp'))
        os.chmod(os.path.join(self.dir, 'tmp'), 0o1777)
        self.env = dict(env, ASAN_OPTIONS=ASAN + '0', LD_LIBRARY_PATH=self.dir, TMPDIR=os.path.join(self.dir, 'tmp'))

    def loads(self, program):
        """Whether the program would run with the library of this place, and not with the one it was linked to."""
        run = subprocess.run(['ldd', program], env=self.env, capture_output=True, text=True)
        return os.path.join(self.dir, 'libevx.so') in run.stdout

    def run(self, test, leaks, timeout=TIMEOUT, reach=None):
        env = dict(self.env, ASAN_OPTIONS=ASAN + str(int(leaks)))
        return run([test], dict(env, EVX_REACH=reach) if reach else env, timeout)

    def notices(self, test, leaks, timeout, good):
        """Whether the test fails, and it is the change that it fails by: it fails twice, or, where it takes too long, it does not with the library as
        it is, on a machine that is as busy."""
        said = self.run(test, leaks, timeout)
        if said == 'slow':
            return good.run(test, leaks, timeout) == 'passes'
        return said == 'fails' and self.run(test, leaks, timeout) != 'passes'

    def try_one(self, mutant, text, tests, seconds, leaks, good):
        """The name of the test that notices, None, SAME, or False when the change does not build."""
        path, a, b, _, new = mutant
        source, changed = os.path.join(self.dir, 'changed.c'), os.path.join(self.dir, 'changed.o')
        with open(source, 'w', encoding='utf-8') as f:
            f.write(text[:a] + new + text[b:])
        objects = [changed if x == self.build.object(path) else x for x in self.build.objects]
        if not (self.build.compile(source, changed, WATCHED) and self.build.link_library(objects, os.path.join(self.dir, 'libevx.so'))):
            return False
        if self.machine_code(text) == self.machine_code(text[:a] + new + text[b:]):
            return SAME
        for t in tests:
            if self.notices(t, t in leaks, 20 + 8 * seconds[t], good):
                return os.path.basename(t)
        return None

    def machine_code(self, text):
        """What the compiler makes of text, optimising."""
        source, to = os.path.join(self.dir, 'same.c'), os.path.join(self.dir, 'same.o')
        if text not in self.made:
            with open(source, 'w', encoding='utf-8') as f:
                f.write(text)
            if not self.build.compile(source, to, ['-O3']):
                return text
            with open(to, 'rb') as f:
                self.made[text] = f.read()
        return self.made[text]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seed', type=int, default=int(time.time()))
    ap.add_argument('--sample', type=int, default=40)
    ap.add_argument('--jobs', type=int, default=os.cpu_count() or 2)
    ap.add_argument('--least', type=float, default=0)
    ap.add_argument('--only', default='', help='places whose path and line match this')
    ap.add_argument('--scripts', type=int, default=0, help='try so many command-line tests at most; 0: all')
    ap.add_argument('--tests', default='', help='only those command-line tests whose name matches this')
    ap.add_argument('--unit-only', action='store_true')
    ap.add_argument('--again', help='try the places that survived in this output')
    ap.add_argument('--also', default='', help='tests that are left out otherwise, with commas between them')
    ap.add_argument('--list', action='store_true', help='print the places chosen, try none')
    o = ap.parse_args()

    os.chdir(TOP)
    texts = {p: open(p, encoding='utf-8').read() for pattern in SUBJECTS for p in sorted(glob.glob(pattern)) if p not in NOT}
    everything = [s for p in sorted(texts) for s in sites(p)]
    if o.only:
        everything = [m for m in everything if re.search(o.only, told(m, texts[m[0]]))]
    if o.again:
        with open(o.again, encoding='utf-8') as f:
            left = {line.rstrip('\n').partition('\t')[2].partition('\t')[2] for line in f if line.startswith('SURVIVED')}
        everything = [m for m in everything if told(m, texts[m[0]]) in left]
    chosen = random.Random(o.seed).sample(everything, min(o.sample, len(everything)))
    print(f'# seed {o.seed}: {len(chosen)} of {len(everything)} places', flush=True)
    if o.list:
        print('\n'.join(told(m, texts[m[0]]) for m in chosen))
        return 0
    build = Build(o.jobs)
    build.all()
    env = dict(os.environ, EVX=os.path.join(WORK, 'evx'), EVX_BUILD=WORK, CMOCKA_MESSAGE_OUTPUT='TAP')
    units = [os.path.join(WORK, 'unit', os.path.basename(t)[:-2]) for t in glob.glob('tests/unit/test_*.c')]
    left_out = LEFT_OUT - set(o.also.split(','))
    units = [t for t in units if os.path.basename(t) not in left_out]
    scripts = [] if o.unit_only else [os.path.join(TREE, t) for t in sorted(glob.glob('tests/cli/*.t') + glob.glob('tests/attacks/*.t'))]
    scripts = [s for s in scripts if os.path.basename(s)[:-2] not in left_out and re.search(o.tests, os.path.basename(s)[:-2])]
    seconds, leaks, lines, known = {}, set(units), {}, Known()
    first = Worker(build, 'first', env)
    build.watched(sorted(texts), os.path.join(first.dir, 'libevx.so'))
    if not all(map(first.loads, [*units, env['EVX'], os.path.join(WORK, 'vectors-generate')])):
        sys.exit('mutate: a test would not run with the changed library')
    reach = Reach(os.path.join(first.dir, 'libevx.so'), os.path.join(WORK, 'reach'))

    def time_of(t):
        if known.get(t) is None:
            name = reach.begin(t)
            for leak in (True, False) if t in leaks else (False,):
                began = time.time()
                if first.run(t, leak, reach=name) == 'passes':
                    known.put(t, (time.time() - began, leak, reach.reached(name)))
                    break
            else:
                known.put(t, (None, False, set()))
        took, leak, lines[t] = known.get(t)
        if not leak:
            leaks.discard(t)
        return took
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for t, took in zip(units + scripts, pool.map(time_of, units + scripts)):
            if took is None:
                print(f'# fails without a change, and is left out: {os.path.basename(t)}', flush=True)
            else:
                seconds[t] = took
    known.save()
    units, scripts = [t for t in units if t in seconds], [t for t in scripts if t in seconds]
    if not set().union(*lines.values()):
        sys.exit('mutate: no test says what it reaches')
    places = {(m[0], texts[m[0]].count('\n', 0, m[1]) + 1) for m in everything}
    reached = set().union(*lines.values())
    missed = sorted(place for place in places if reach.place(*place) not in reached)
    with open(os.path.join(WORK, 'unreached'), 'w', encoding='utf-8') as out:
        out.writelines(f'{path}:{line}\t{texts[path].splitlines()[line - 1].strip()}\n' for path, line in missed)
    print(f'# {len(seconds)} tests take {sum(seconds.values()):.0f} s and come through all but {len(missed)} of {len(places)} lines that can be changed '
          '(build/mutation/unreached)', flush=True)

    noticed = survived = broken = same = 0
    free, tried_with = queue.Queue(), {}
    for number in range(o.jobs):
        free.put(Worker(build, number, env))

    def try_one(m):
        worker = free.get()
        place = reach.place(m[0], texts[m[0]].count('\n', 0, m[1]) + 1)
        there = [in_order(m[0], [t for t in some if place in lines[t]], seconds, lines) for some in (units, scripts)]
        tests = there[0] + there[1][:o.scripts or None]
        tried_with[m] = len(tests)
        try:
            return worker.try_one(m, texts[m[0]], tests, seconds, leaks, first)
        finally:
            free.put(worker)
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        running = {pool.submit(try_one, m): m for m in chosen}
        for done in concurrent.futures.as_completed(running):
            by, m = done.result(), running[done]
            if by is False:
                broken += 1
            elif by is SAME:
                same += 1
            else:
                noticed, survived = noticed + (by is not None), survived + (by is None)
            word = 'no build' if by is False else 'no change' if by is SAME else 'noticed' if by else 'SURVIVED'
            print(f'{word}\t{by if isinstance(by, str) else str(tried_with[m]) + " tests"}\t{told(m, texts[m[0]])}', flush=True)
    percent = 100 * noticed / max(1, noticed + survived)
    print(f'# {noticed + survived} mutants: {noticed} noticed ({percent:.0f} %), {survived} survived; {same} changed nothing, {broken} did not build')
    return 1 if percent < o.least else 0


sys.exit(main())
