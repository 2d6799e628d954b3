"""The web server with its worker: inside the one web process, or as a process beside it."""

import atexit
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from freeslot.commands.in_use import use_database
from freeslot.commands.parent import stop_with_parent

SECONDS_TO_STOP = 5
PAUSE_BEFORE_RESTART = 1.0


@dataclass(frozen=True)
class Serving:
    host: str
    port: int
    processes: int
    threads: int
    worker_inside: bool
    worker_beside: bool


def serve(serving: Serving) -> None:
    """Serves until SIGTERM or SIGINT, then stops everything it started."""
    with use_database():
        _serve(serving)


def _serve(serving: Serving) -> None:
    # A fresh interpreter for each web process: nothing of this one's threads, locks or connections is inherited.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "freeslot",
        address=serving.host,
        port=serving.port,
        interface=Interfaces.WSGI,
        workers=serving.processes,
        blocking_threads=serving.threads,
        blocking_threads_idle_timeout=600,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_STOP,
        websockets=False,
    )
    if serving.worker_beside:
        beside = WorkerBeside()
        server.on_startup(beside.start)
        server.on_shutdown(beside.stop)
    load = partial(load_application, parent=os.getpid(), with_worker=serving.worker_inside)
    try:
        server.serve(target_loader=load, wrap_loader=False)
    finally:
        _end_resource_tracker()


def _end_resource_tracker() -> None:
    """Ends the helper process of `multiprocessing` before this one, which would otherwise outlive it by a moment."""
    tracker = resource_tracker._resource_tracker  # noqa: SLF001 - it has no public end
    stop = getattr(tracker, "_stop", None)
    if stop is not None:
        stop()


def load_application(*, parent: int, with_worker: bool) -> Callable[..., Any]:
    """Called by each web process: the application, and on SQLite the worker in a thread of its own."""
    stop_with_parent(parent)
    os.setpgrp()  # Ctrl-C reaches the parent alone, which then stops everything in order
    from freeslot.config.wsgi import application

    # Its own, since for a moment it may outlive the one that started it.
    atexit.register(use_database().__exit__, None, None, None)
    if with_worker:
        from freeslot.commands.worker_inside import start_worker

        start_worker()
    return application


class WorkerBeside:
    """Keeps one `freeslot worker` running: started again when it ends by itself."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, name="freeslot-worker-beside", daemon=True)

    def start(self) -> None:
        self._keeper.start()

    def stop(self) -> None:
        self._stopping.set()
        with self._guard:
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
        self._keeper.join(SECONDS_TO_STOP)

    def _keep(self) -> None:
        while process := self._begin():
            code = process.wait()
            if not self._stopping.is_set():
                sys.stderr.write(f"freeslot: the worker ended with code {code} and is started again\n")
            self._stopping.wait(PAUSE_BEFORE_RESTART)

    def _begin(self) -> "subprocess.Popen[bytes] | None":
        with self._guard:
            if self._stopping.is_set():
                return None
            command = [sys.executable, "-m", "freeslot.cli", "worker", f"--parent={os.getpid()}"]
            self._process = subprocess.Popen(command, process_group=0)
            return self._process
