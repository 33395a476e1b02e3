"""S45: what "lock now" leaves of a key in a process that had it in use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.secrets import Keyring
from proxy.secret import Secret
from tests.commands.keyrings import INSTALLED, session
from tests.faults.canaries import canary

pytestmark = [
    pytest.mark.skipif(
        not INSTALLED,
        reason="needs gnome-keyring and dbus",
    ),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://127.0.0.1:9"
# A proxy that asks a provider where nobody listens, then locks the keys. What Python has freed
# may stay in memory until it is used again; what is looked for is what anything still holds.
PROCESS = f"""
import gc, http.client, sys, time
from app.secrets import Keyring
from proxy.config import Provider, Settings
from proxy.server import ServerThread

def holders():
    found = []
    for each in gc.get_objects():
        for held in gc.get_referents(each):
            if isinstance(held, (str, bytes, bytearray)):
                text = held if isinstance(held, str) else bytes(held).decode("latin-1")
                if text.endswith(end()):
                    found.append(type(each).__name__)
    return found

keyring = Keyring()
provider = Provider("one", "{ORIGIN}/v1")
settings = Settings(port=0, access="open", default_provider="one", providers={{"one": provider}})
server = ServerThread(settings, keyring, lambda record: None)
connection = http.client.HTTPConnection(server.start().removeprefix("http://"), timeout=20)
connection.request("POST", "/v1/chat/completions", "{{}}", {{"Content-Type": "application/json"}})
print(connection.getresponse().status)
held = keyring.key("one", "{ORIGIN}")
codes = [ord(sign) + 1 for sign in held.reveal()[-16:]]
end = lambda: "".join(chr(code - 1) for code in codes)
print(len(holders()) > 0)
del held
keyring.lock()
until = time.monotonic() + 10
while holders() and time.monotonic() < until:
    time.sleep(0.2)
print(holders())
"""


def test_s45_ten_seconds_after_locking_nothing_holds_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
        Keyring().store("one", ORIGIN, Secret(canary()))
        done = subprocess.run(
            [sys.executable, "-c", PROCESS],
            capture_output=True,
            text=True,
            timeout=40,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert done.stdout.split() == ["502", "True", "[]"]
