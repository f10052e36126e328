"""An editor's view: the real python-lsp-server, spoken to over its standard streams, with flake8 switched on."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import IO, Any

import pytest

UNSAFE = "import torch\n\n\ndef load(p):\n    return torch.load(p, weights_only=False)\n"
SECONDS = 60
Message = dict[str, Any]


class Server:
    """A language server and the one conversation with it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pylsp"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input: IO[bytes] = self._process.stdin
        self._received: Queue[Message] = Queue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()

    def _listen(self, output: IO[bytes]) -> None:
        while header := output.readline():
            length = int(header.split(b":")[1]) if header.lower().startswith(b"content-length") else 0
            if length:
                while output.readline().strip():
                    pass
                self._received.put(json.loads(output.read(length)))

    def send(self, method: str, params: Message, number: int | None = None) -> None:
        message: Message = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        body = json.dumps(message).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._input.flush()

    def wait_for(self, key: str, value: object) -> Message:
        while True:
            message = self._received.get(timeout=SECONDS)
            if message.get(key) == value and ("method" in message or "result" in message):
                return message

    def start(self) -> None:
        """Begin the conversation, with flake8 on and the linters it would compete with off."""
        self.send("initialize", {"processId": None, "rootUri": self._root.as_uri(), "capabilities": {}}, 1)
        self.wait_for("id", 1)
        self.send("initialized", {})
        plugins: Message = {name: {"enabled": False} for name in ("pycodestyle", "pyflakes", "mccabe")}
        plugins["flake8"] = {"enabled": True, "executable": str(Path(sys.executable).with_name("flake8"))}
        self.send("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})

    def diagnostics(self, path: Path, text: str) -> list[Message]:
        """What the server says about a document that an editor opens, whether it is on the disk or not."""
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": document})
        while True:
            params = self.wait_for("method", "textDocument/publishDiagnostics")["params"]
            if params["uri"] == path.as_uri():
                found: list[Message] = params["diagnostics"]
                return found

    def stop(self) -> None:
        try:
            self.send("shutdown", {}, 2)
            self.send("exit", {})
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    pytest.importorskip("pylsp", reason="python-lsp-server is not installed")
    server = Server(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_an_open_document_shows_its_violations(server: Server, tmp_path: Path) -> None:
    found = server.diagnostics(tmp_path / "train.py", UNSAFE)
    (violation,) = [one for one in found if one["code"] == "PKT101"]
    assert violation["source"] == "flake8"
    assert violation["range"]["start"] == {"line": 4, "character": 11}
    assert violation["message"].startswith("PKT101 `torch.load` with `weights_only=False` ")


def test_tests_and_configuration_count_in_the_editor(server: Server, tmp_path: Path) -> None:
    assert not [one for one in server.diagnostics(tmp_path / "tests/test_a.py", UNSAFE) if one["code"] == "PKT101"]
    (tmp_path / "pyproject.toml").write_text('[tool.picketlint]\nignore = ["PKT101"]\n')
    assert not [one for one in server.diagnostics(tmp_path / "other.py", UNSAFE) if one["code"] == "PKT101"]
