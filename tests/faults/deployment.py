"""`freeslot serve` with everything it starts, killed in parts or as a whole and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.cli.process import ask, session_of

PATIENCE = 90
LOOK_EVERY = 0.01
EVERYTHING, PARENT, WEB, WORKER = "everything", "parent", "spawn_main", "--parent="


class Deployment:
    def __init__(self, *arguments: str, port: int, env: dict[str, str], log: Path) -> None:
        self._command = [sys.executable, "-m", "freeslot.cli", "serve", "--quiet", "--port", str(port), *arguments]
        self._port, self._env, self._log = port, env, log
        self._started: list[subprocess.Popen[bytes]] = []
        self.kills: list[str] = []

    def __enter__(self) -> "Deployment":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill_all()

    def start(self) -> None:
        with self._log.open("ab") as output:
            process = subprocess.Popen(
                self._command, env=self._env, stdout=output, stderr=output, start_new_session=True
            )
        self._started.append(process)

    def kill(self, victim: str, chance: Random) -> None:
        """SIGKILL for "everything", for the "parent" alone, or for one process by a word of its command line."""
        if victim == EVERYTHING:
            self.kill_all()
        elif victim == PARENT:
            self._kill({self._started[-1].pid})
        elif found := sorted(pid for pid in self._everyone() if victim.encode() in _command_line(pid)):
            self._kill({chance.choice(found)})
        self.kills.append(victim)

    def stop(self) -> int:
        """Asks it to end, as an operator does; its exit code."""
        self._started[-1].terminate()
        return self._started[-1].wait(30)

    def wait_until(self, holds: Callable[[], bool], *, count: Callable[[], int] = lambda: 0) -> None:
        """For as long as `count` still rises, however slow the machine is."""
        before = count()
        while not self.waited_for(holds, seconds=PATIENCE):
            after = count()
            assert after > before, f"nothing came in {PATIENCE} s:\n{self.said()}"
            before = after

    def waited_for(self, holds: Callable[[], bool], *, seconds: float) -> bool:
        """Starts it again whenever it is down: it ends at once while an orphan still holds the port."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self._started[-1].poll() is not None:
                self.start()
            if holds():
                return True
            time.sleep(LOOK_EVERY)
        return False

    def answers(self) -> bool:
        with suppress(OSError):
            return ask(self._port, "/healthz")[0] == 200
        return False

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def kill_all(self) -> None:
        """Leaves nothing alive, orphans of earlier kills included."""
        while everyone := self._everyone():
            self._kill(everyone)

    def _everyone(self) -> set[int]:
        return {pid for process in self._started for pid in session_of(process.pid)}

    def _kill(self, pids: set[int]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self._started:
            if process.pid in pids:
                process.wait()


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
