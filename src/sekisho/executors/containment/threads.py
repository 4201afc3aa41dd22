"""A thread of its own for what cannot be undone.

Landlock, `no_new_privs` and the bounding set are of the thread that asks for them, and of what it
starts: so a thread is held, starts one process, and ends. The server itself is never held, and no
code of ours runs between fork and exec, which would not be safe beside other threads.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """Do something in a thread that ends with it; what it raises is raised here."""
    done: list[T] = []
    failed: list[BaseException] = []

    def body() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 (raised again, in the thread that waits)
            failed.append(error)

    thread = threading.Thread(target=body, name="contained")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]
