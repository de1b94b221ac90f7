"""Runs a command on a terminal of its own, and prints what stands there.

    python3 terminal.py ROWS PROMPT KEYS COMMAND...

Once PROMPT is on the terminal, KEYS are typed (both may be empty). Ends with the command's status.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

COLUMNS = 100

rows, prompt, keys, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    # Before the command starts, so that it sees the size from its first moment.
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), COLUMNS, 0, 0))
    os.execvp(command[0], command)

shown = b""
while True:
    try:
        part = os.read(terminal, 1 << 16)
    except OSError:
        # Linux says so when the last program on the terminal has ended.
        break
    if part == b"":
        break
    shown += part
    if keys and prompt.encode() in shown:
        os.write(terminal, keys.encode())
        keys = ""
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
