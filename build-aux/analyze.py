#!/usr/bin/env python3
"""usage: analyze.py gcc|cppcheck|clang-tidy [FILE...]

Runs one static analyser over vault/, cli/ and paper/ (or FILEs) and prints TAP: one check for each file with findings that build-aux/analysis.txt does not
explain, one for the run itself. Lines of analysis.txt: TOOL RULE WHERE TEXT, separated by tabs, then "why: " and the reason on the line
below. WHERE is a pattern for the path as in a shell; TEXT a regular expression that is found in the line of source. JOBS (2) at a time.
"""
import concurrent.futures
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys

FOUND = re.compile(r'^(?P<path>[^:\n]+):(?P<line>\d+):(?:\d+:)? (?P<what>.*)$')


def flags():
    with open('build-aux/probe.sh', encoding='utf-8') as f:
        libs = ' '.join(re.findall(r"^(?:paper_)?libs='(.*)'$", f.read(), re.M)).split()
    cflags = subprocess.run(['pkg-config', '--cflags', *libs], check=True, capture_output=True, text=True).stdout.replace('-I', '-isystem ').split()
    return ['-std=c11', '-D_GNU_SOURCE', '-D_FILE_OFFSET_BITS=64', '-DEVX_VERSION="0"', '-Ivault', *cflags]


def gcc(path):
    known = [] if path.endswith('base/err.c') else ['-include', 'build-aux/analysis.h']
    return ['gcc', *flags(), *known, '-O1', '-fanalyzer', '-fno-diagnostics-show-caret', '-fdiagnostics-path-format=none', '-S', '-o', '/dev/null', path]


def cppcheck(path):
    # cppcheck stumbles over a cast to __typeof__; void * says the same in C.
    return ['cppcheck', '-q', '-D__typeof__(x)=void *', '--enable=warning,performance,portability', '--std=c11', '-D_GNU_SOURCE', '-DEVX_VERSION="0"', '-Ivault',
            '--suppress=missingIncludeSystem', '--template={file}:{line}:{column}: {severity}: {message} [{id}]', '--template-location=', path]


def clang_tidy(path):
    return ['clang-tidy', '-quiet', '-checks=-*,bugprone-*,cert-*,concurrency-*', path, '--', *flags()]


TOOLS = {'gcc': (gcc, r'warning: (?P<text>.*) \[-W(?P<rule>analyzer-[a-z-]+)\]$'),
         'cppcheck': (cppcheck, r'(error|warning|performance|portability): (?P<text>.*) \[(?P<rule>\w+)\]$'),
         'clang-tidy': (clang_tidy, r'(warning|error): (?P<text>.*) \[(?P<rule>[a-zA-Z0-9.,-]+)\]$')}


class Explained:
    def __init__(self, tool, path='build-aux/analysis.txt'):
        self.rows = []
        with open(path, encoding='utf-8') as f:
            for number, line in enumerate(f, 1):
                if line.startswith('#') or not line.strip():
                    continue
                if line.startswith('why: '):
                    if not open_row:
                        sys.exit(f'{path}:{number}: a reason for nothing')
                    open_row = False
                    continue
                fields = line.rstrip('\n').split('\t')
                if len(fields) != 4 or (self.rows and open_row):
                    sys.exit(f'{path}:{number}: expected TOOL, RULE, WHERE, TEXT and a reason below')
                open_row = True
                self.rows.append([*fields, False])
        self.rows = [r for r in self.rows if r[0] == tool]

    def covers(self, rule, path, text):
        for row in self.rows:
            if row[1] == rule and fnmatch.fnmatch(path, row[2]) and re.search(row[3], text):
                row[4] = True
                return True
        return False


def source_line(path, number):
    try:
        with open(path, encoding='utf-8') as f:
            return f.read().split('\n')[number - 1].strip()
    except (OSError, IndexError):
        return ''


def main():
    tool, files = sys.argv[1], sys.argv[2:]
    command, pattern = TOOLS[tool]
    if shutil.which(command('x')[0]) is None:
        print(f'1..0 # SKIP {command("x")[0]} is not installed')
        return 0
    whole = not files
    files = files or sorted(glob.glob('vault/*/*.c') + glob.glob('cli/*.c') + glob.glob('paper/*.c'))
    explained, findings, broken = Explained(tool), {}, []
    jobs = int(os.environ.get('JOBS', '2'))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = list(pool.map(lambda f: (f, subprocess.run(command(f), capture_output=True, text=True)), files))
    for path, run in runs:
        if run.returncode != 0 or 'clang-diagnostic-error' in run.stdout:
            broken.append(f'{path}: exit {run.returncode} {run.stderr[-300:]}')
        for line in (run.stdout + run.stderr).split('\n'):
            at = FOUND.match(line)
            what = at and re.match(pattern, at['what'])
            if not what:
                continue
            where = os.path.relpath(at['path'])
            text = source_line(where, int(at['line']))
            if not explained.covers(what['rule'], where, text):
                findings.setdefault(where, set()).add(f'{where}:{at["line"]}: {what["text"]} [{what["rule"]}]\n#     {text}')
    print(f'1..{1 + len(findings)}')
    print('not ok' if broken else 'ok', f'1 - {tool} read {len(files)} files')
    for line in broken:
        print('# ' + line.replace('\n', '\n# '))
    for n, (where, lines) in enumerate(sorted(findings.items()), 2):
        print(f'not ok {n} - {tool} finds nothing unexplained in {where}')
        for line in sorted(lines):
            print('# ' + line)
    if whole:
        for row in explained.rows:
            if not row[4]:
                print(f'# no longer found: {row[1]} {row[2]} {row[3]}')
    return 1 if broken or findings else 0


sys.exit(main())
