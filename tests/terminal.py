#!/usr/bin/env python3
"""A terminal that looks back: what a prompt leaves behind, and where a passphrase that was typed can be found.

terminal.py signal NAME COMMAND...          starts COMMAND on a terminal, waits until it does not echo, sends it the signal NAME (CTRL-\\
                                            and CTRL-C: types them; twice: "SIGQUIT,SIGQUIT"); prints "echo" or "silent", and how it ended
terminal.py seek MODE PASSPHRASE COMMAND... types PASSPHRASE at each prompt; standard output is a pipe that nobody reads (MODE fresh) or that
                                            is full from the start (MODE full), so that COMMAND stops where it writes. Then each of its
                                            processes is searched. Prints a line for each, "main|child|progress confined|free clean|FOUND",
                                            then "asked N" and, as the pipe is read again, "exit N"
"""
import fcntl
import os
import re
import select
import signal
import sys
import termios
import time

LIMIT = 60
TIOCGPTPEER = 0x5441


def started(command, stdout=None):
    """The process id and the terminal's other end."""
    pid, master = os.forkpty()
    if pid == 0:
        for number in range(1, signal.SIGRTMAX + 1):
            try:
                signal.signal(number, signal.SIG_DFL)
            except (OSError, ValueError):
                pass
        if stdout is not None:
            os.dup2(stdout, 1)
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    return pid, master


def echoes(master):
    return bool(termios.tcgetattr(master)[3] & termios.ECHO)


def until(what, master=None, seen=None):
    """Waits for what(); meanwhile keeps what the terminal shows."""
    end = time.monotonic() + LIMIT
    while not what():
        if time.monotonic() > end:
            raise SystemExit(f'terminal.py: waited in vain; shown: {bytes(seen or b"")!r}')
        if master is None:
            time.sleep(0.01)
        elif select.select([master], [], [], 0.01)[0]:
            try:
                seen += os.read(master, 65536)
            except OSError:
                time.sleep(0.01)


def ended(pid):
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else None


def how(status):
    if os.WIFSIGNALED(status):
        return 'killed by ' + signal.Signals(os.WTERMSIG(status)).name
    return f'exit {os.WEXITSTATUS(status)}'


def signalled(names, command):
    pid, master = started(command)
    keep = fcntl.ioctl(master, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)  # the settings are to be seen after its end
    seen, status = bytearray(), []
    until(lambda: not echoes(master) and b': ' in seen, master, seen)
    for name in names.split(','):
        if name.startswith('CTRL-'):
            os.write(master, bytes([ord(name[5]) & 31]))
        else:
            os.kill(pid, getattr(signal, name))

    def over():
        got = ended(pid)
        if got is not None:
            status.append(got)
        return bool(status)

    until(over, master, seen)
    print('echo' if echoes(master) else 'silent', how(status[0]))
    os.close(keep)


def family(pid):
    """pid and all that come from it."""
    out = [pid]
    for p in out:
        try:
            with open(f'/proc/{p}/task/{p}/children') as f:
                out += [int(c) for c in f.read().split()]
        except OSError:
            pass
    return out


def confined(pid):
    with open(f'/proc/{pid}/status') as f:
        return re.search(r'NoNewPrivs:\s*1', f.read()) is not None


def holds(pid, needle):
    """Whether needle stands in the memory of pid."""
    with open(f'/proc/{pid}/maps') as maps, open(f'/proc/{pid}/mem', 'rb', 0) as mem:
        for line in maps:
            low, high = (int(x, 16) for x in line.split()[0].split('-'))
            if 'r' not in line.split()[1] or line.rstrip().endswith(('[vvar]', '[vsyscall]')):
                continue
            try:
                mem.seek(low)
                if needle in mem.read(high - low):
                    return True
            except (OSError, ValueError):
                continue  # a guard page
    return False


def seek(mode, passphrase, command):
    reader, writer = os.pipe()
    capacity = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    if mode == 'full':
        os.write(writer, b'.' * capacity)
    if not holds(os.getpid(), passphrase.encode()):
        raise SystemExit('terminal.py: the search does not find what is there')
    pid, master = started(command, writer)
    os.close(writer)
    seen, asked, status = bytearray(), 0, []

    def waiting():
        data = bytearray(4)
        fcntl.ioctl(reader, termios.FIONREAD, data)
        return int.from_bytes(data, sys.byteorder) >= capacity and any(confined(p) for p in family(pid))

    def answered():
        nonlocal asked
        if seen.count(b'assphrase for') > asked and not echoes(master):
            asked += 1
            os.write(master, passphrase.encode() + b'\n')
        got = ended(pid)
        if got is not None:
            status.append(got)
        return bool(status)

    until(lambda: answered() or waiting(), master, seen)
    if status:
        raise SystemExit(f'terminal.py: {how(status[0])} before it wrote; shown: {bytes(seen)!r}')
    for p in family(pid):
        if p == pid:
            kind = 'main'
        elif os.path.exists(f'/proc/{p}/fd/1'):
            kind = 'child'
        else:
            kind = 'progress'
        try:
            print(kind, 'confined' if confined(p) else 'free', 'FOUND' if holds(p, passphrase.encode()) else 'clean')
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended since
        except PermissionError:
            raise SystemExit(77)  # another user's, or none that lets itself be looked at

    def drained():
        if select.select([reader], [], [], 0)[0]:
            os.read(reader, 65536)
        return answered()

    until(drained, master, seen)
    print('asked', asked)
    print(how(status[0]))


if __name__ == '__main__':
    if sys.argv[1] == 'signal':
        signalled(sys.argv[2], sys.argv[3:])
    else:
        seek(sys.argv[2], sys.argv[3], sys.argv[4:])
