"""Ctrl-C is answered at once: what runs may take seconds to stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from parcours.jobs.cli import output

LINE = "stopping; the next command that writes settles what was begun"


class Stopping:
    """What is said at Ctrl-C, once however often it is pressed. As a handler of the signal it then interrupts."""

    def __init__(self) -> None:
        self.is_said = False

    def __call__(self, number: int, frame: FrameType | None) -> NoReturn:
        try:
            self.say()
        finally:
            raise KeyboardInterrupt

    def say(self) -> None:
        if not self.is_said:
            self.is_said = True
            output.note(LINE)


@contextmanager
def stopping() -> Iterator[Stopping]:
    """Answers Ctrl-C while the block runs."""
    answer = Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield answer  # only the main thread is told of signals
        return
    former = signal.signal(signal.SIGINT, answer)
    try:
        yield answer
    finally:
        # Once Spark has started it is another's, which calls ours (session.py).
        if signal.getsignal(signal.SIGINT) is answer:
            signal.signal(signal.SIGINT, former)
