"""A headless Chromium, driven over its pipe with the DevTools protocol: pages are opened, clicked and looked at.

No client is needed for it: messages are JSON, each ended by a zero byte, on the descriptors 3 (in) and 4 (out).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
OPTIONS += ["--disable-component-update", "--disable-background-networking", "--remote-debugging-pipe"]


class Page:
    """One tab, with what it complained of and what it asked of the network."""

    def __init__(self, to_browser: int, from_browser: int):
        self._to, self._from, self._buffer, self._last, self._session = to_browser, from_browser, b"", 0, None
        self.complaints: list[str] = []
        self.requests: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command, and wait for its answer; events that come first are noted."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._last:
            self._note(answer)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._from, 1 << 20)
            assert part, "the browser is gone"
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        facts = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(facts["request"]["url"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(facts["exceptionDetails"]["text"])
        elif event.get("method") == "Runtime.consoleAPICalled" and facts["type"] in ("error", "assert"):
            self.complaints.append(" ".join(str(x.get("value", x.get("description"))) for x in facts["args"]))
        elif event.get("method") == "Log.entryAdded" and facts["entry"]["level"] == "error":
            self.complaints.append(facts["entry"]["text"])

    def open(self, path: Path, width: int = 1300, height: int = 1600) -> None:
        """Show a file in a window of this size, in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, script: str, seconds: float = 20) -> None:
        """Until an expression is true."""
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"not within {seconds} s: {script}"
            time.sleep(0.05)

    def text(self) -> str:
        """What is written on the page now, as a reader sees it."""
        return self.run("document.body.innerText")

    def click(self, selector: str, having: str = "") -> None:
        """A click in the middle of the first element of the selector with this text in it, once it stands still."""
        find = f"[...document.querySelectorAll({selector!r})].find(x => x.textContent.includes({having!r}))"
        middle = f"""(x => (x.scrollIntoView({{block: 'center'}}), x = x.getBoundingClientRect(),
                     [x.x + x.width / 2, x.y + x.height / 2]))({find})"""
        self.wait(f"!!{find}")
        before = None
        while (place := self.run(middle)) != before:
            before = place
            time.sleep(0.2)
        for kind in ("mousePressed", "mouseReleased"):
            x, y = place
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type_line(self, text: str) -> None:
        """Text into what has the focus, and the return key."""
        self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Enter", text="\r", windowsVirtualKeyCode=13)

    def screenshot(self, path: Path) -> None:
        """The window as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """A tab of a browser whose profile is in `folder`. Skips the test where there is no Chromium."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    (ours_in, theirs_out), (theirs_in, ours_out) = os.pipe(), os.pipe()
    # The shell puts the descriptors where Chromium looks for them; its own are above 9.
    command = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["bash", "-c", command, program, *OPTIONS, f"--user-data-dir={folder}"],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Page(ours_out, ours_in)
    finally:
        process.kill()
        process.wait()
        os.close(ours_in)
        os.close(ours_out)
