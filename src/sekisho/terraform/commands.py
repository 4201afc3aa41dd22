"""The Terraform commands of one working directory, and what is made of how they end."""

import dataclasses
import errno
import time
from pathlib import Path

from sekisho.domain.errors import ConfigurationInvalid, DiskFull, TerraformMissing
from sekisho.domain.leases import ProcessMark
from sekisho.domain.logs import LogLine
from sekisho.ports.credentials import Lent
from sekisho.ports.terraform import DeskOrder, Finished, Watch
from sekisho.terraform.caps import Caps, Over
from sekisho.terraform.confines import bounds_of, installing, programs, settle
from sekisho.terraform.events import Listener
from sekisho.terraform.files import is_full
from sekisho.terraform.layout import Layout
from sekisho.terraform.options import TerraformOptions
from sekisho.terraform.process import (
    Command,
    Control,
    Ended,
    output_paths,
    run,
)
from sekisho.terraform.redaction import Redactor

_TAIL = 64 * 1024
_ANSWER_WITHIN = 120.0
"""Seconds that a question to Terraform may take where nobody can cancel it."""
_OVER = {
    Over.TIME: "It took longer than it may, so it was asked to stop: SEKISHO_INIT_MINUTES,"
    " SEKISHO_PLAN_MINUTES and SEKISHO_APPLY_MINUTES say how long each may take.",
    Over.OUTPUT: "It said more than it may, so it was asked to stop: SEKISHO_RUN_OUTPUT says how"
    " many bytes that are.",
    Over.DISK: "It wrote more into its folders than it may, so it was asked to stop:"
    " SEKISHO_RUN_DISK says how many bytes that are.",
}
_LARGE, _LARGEST = ("show", "state"), 1024**3
"""What answers with a plan or a state is as large as they are: ten times the largest that we know,
and no more, since it is read into memory."""
_AWAY = (errno.ENOENT, errno.EACCES, errno.ENOEXEC)


class Commands:
    """Starts commands with the one environment of their working directory."""

    def __init__(
        self,
        options: TerraformOptions,
        order: DeskOrder,
        layout: Layout,
        environment: dict[str, str],
        redactor: Redactor,
    ) -> None:
        self._options, self._order, self._layout = options, order, layout
        self._environment, self._redactor = environment, redactor
        needed = programs(order.build.command)
        self.tenancy = options.containment.tenancy(layout.root, needed)
        self._bounds = bounds_of(options, layout, order)
        self._installing = installing(self._bounds, layout)

    def take(self, lent: Lent) -> None:
        """Give what was lent to every command from now on."""
        self._environment |= lent.environment
        self._bounds = dataclasses.replace(self._bounds, ports=(lent.port,))
        self._installing = dataclasses.replace(self._installing, ports=(lent.port,))

    def listener(self, watch: Watch | None = None) -> Listener:
        """Make what turns output into log lines for `watch`, or for nobody."""
        give = watch.line if watch else _nobody
        return Listener(self._order.phase, self._options.clock, self._redactor, give)

    def run(self, watch: Watch, listener: Listener, *arguments: str) -> Ended:
        """Run a command whose output is a log."""
        control = Control(listener.line, watch.started, watch.stopping)
        return self._start(self._command(arguments, self._caps(arguments[0])), control)

    def capture(self, *arguments: str, watch: Watch | None = None) -> tuple[Path, Listener, Ended]:
        """Run a command whose output is an answer, not a log; return the file it is in."""
        caps = self._caps(arguments[0])
        if arguments[0] in _LARGE:
            caps = dataclasses.replace(caps, output=_LARGEST)
        listener, command = self.listener(), self._command(arguments, caps)
        late = time.monotonic() + _ANSWER_WITHIN
        # A backend that takes the call and never answers must not hold a workspace for ever.
        stop = watch.stopping if watch else lambda: time.monotonic() > late
        ended = self._start(command, Control(stopping=stop))
        answer, said = output_paths(command.output)
        for raw in said.read_bytes()[-_TAIL:].splitlines():
            listener.line(raw)
        return answer, listener, ended

    def show(self, what: str) -> Path:
        """Return a file with a plan or state as JSON. Raises ConfigurationInvalid."""
        answer, listener, ended = self.capture("show", "-json", "-no-color", what)
        if ended.code != 0:
            raise ConfigurationInvalid(problem=first_problem(listener, ended.code))
        return answer

    def _caps(self, word: str) -> Caps:
        caps = self._options.caps
        return Caps(caps.seconds.get(word, 0), caps.output, caps.disk)

    def _command(self, arguments: tuple[str, ...], caps: Caps) -> Command:
        return Command(
            argv=(*self._order.build.command, *arguments),
            folder=self._layout.work,
            environment=self._environment,
            output=self._layout.output(arguments[0]),
            tenancy=self.tenancy,
            bounds=self._installing if arguments[0] == "init" else self._bounds,
            holds=self._layout.root,
            caps=caps,
        )

    def _start(self, command: Command, control: Control) -> Ended:
        try:
            settle(self.tenancy, self._layout)
            return run(command, control, self._options.mark, self._options.stop_grace)
        except OSError as error:
            if is_full(error):
                raise DiskFull from error
            if error.errno in _AWAY:
                raise TerraformMissing from error
            raise


def ended_as(listener: Listener, ended: Ended, *, warm: bool = False) -> Finished:
    """Say how a command ended, with everything its output told."""
    errors = listener.errors(ended.code)
    if ended.over and ended.code != 0:
        errors = (listener.make("step", "error", _OVER[ended.over]), *errors)
    return Finished(
        code=ended.code,
        # Nobody asked for it: it failed, because it took more than it may.
        stopped=ended.stopped and not ended.over,
        killed=ended.killed,
        errors=errors,
        lock_holder=listener.lock_holder,
        stale=listener.stale,
        lock_left=listener.lock_left,
        warm=warm,
    )


def first_problem(listener: Listener, code: int) -> str:
    """Say in one line what went wrong."""
    errors = listener.errors(code)
    return errors[0].text if errors else "Terraform ended with an error"


def _nobody(_line: LogLine) -> None:
    """Take a line that nobody waits for."""


class Held:
    """Holds lines back until Terraform gets as far as a resource: the attempt may not count."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._lines: list[LogLine] = []
        self.listener: Listener | None = None
        self.open = False

    def started(self, process: ProcessMark) -> None:
        self._watch.started(process)

    def stopping(self) -> bool:
        return self._watch.stopping()

    def line(self, line: LogLine) -> None:
        if not self.open and self.listener and self.listener.touched:
            self.release()
        if self.open:
            self._watch.line(line)
        else:
            self._lines.append(line)

    def release(self) -> None:
        """Give what was held back, and all that follows at once."""
        self.open = True
        for line in self._lines:
            self._watch.line(line)
        self._lines.clear()
