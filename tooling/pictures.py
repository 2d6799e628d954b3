"""Takes the documents' pictures from the real pages of the demo world: `python -m tooling.pictures`."""

import io
import json
import socket
import subprocess
import sys
import tempfile
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tooling.browser import find_browser

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
PHONE = ViewportSize(width=390, height=844)
SHOWN_WIDTH = 300
# The colours of a page are few, so a palette keeps it as it is at a third of the size.
COLOURS = 128


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=False)
        shots = _cancel_story(browser, address)
        _keep(_side_by_side(browser, shots), FOLDER / "cancel.png")
        browser.close()


@contextmanager
def _demo() -> Iterator[str]:
    """A fresh demo on a free port, ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="freeslot-pictures-") as data:
        command = [sys.executable, "-m", "freeslot.cli", "demo", f"--port={_free_port()}", f"--data={data}/demo"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                said = process.stdout.readline()
                if "ready:" not in said:
                    sys.exit("The demo did not start.")
                yield said.split()[-1].rstrip("/")
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cancel_story(browser: Browser, address: str) -> list[bytes]:
    """Before the press, after it, and the receipt as a stranger checks it."""
    patient, reference = _visit_in_time(address)
    page = browser.new_page(viewport=PHONE, device_scale_factor=2, reduced_motion="reduce", locale="en-US")
    page.goto(f"{address}/accounts/login/?next=/appointments/{reference}/cancellation/")
    page.fill("[name=login]", patient["username"])
    page.fill("[name=password]", patient["password"])
    page.click("main form button")
    before = page.screenshot()
    page.click("main form button.button-danger")
    after = page.screenshot()
    page.click("text=Check it")
    page.wait_for_load_state("networkidle")
    if page.locator("[data-holds]").count() == 0:
        page.click("main form button")
    return [before, after, page.screenshot()]


def _visit_in_time(address: str) -> tuple[dict[str, Any], str]:
    """The latest visit that is still free to cancel, at a practice with a fee, unlike any other, and its patient."""
    with urllib.request.urlopen(f"{address}/demo/world.json") as answer:  # noqa: S310  our own demo
        world = json.load(answer)
    in_time = [
        (visit["start"], visit["ref"], patient)
        for patient in world["patients"]
        for visit in patient["visits"]
        if (visit["practice"], visit["status"], visit["verdict"]) == ("riverside", "booked", "allowed")
        and not visit["alike"]
    ]
    _start, reference, patient = max(in_time, key=lambda each: each[0])
    return patient, reference


def _side_by_side(browser: Browser, shots: list[bytes]) -> bytes:
    page: Page = browser.new_page(viewport={"width": 10, "height": 10}, device_scale_factor=1.5)
    frame = f"width:{SHOWN_WIDTH}px;border:1px solid #7c8a90;border-radius:18px;display:block"
    sources = [f"data:image/png;base64,{b64encode(shot).decode()}" for shot in shots]
    images = "".join(f'<img style="{frame}" src="{source}" alt="">' for source in sources)
    page.set_content(
        '<body style="margin:0"><div id="all" style="display:inline-flex;gap:24px;padding:12px;background:#fff">'
        f"{images}</div></body>"
    )
    return page.locator("#all").screenshot()


def _keep(picture: bytes, path: Path) -> None:
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
