"""Another Wiremend in a process of its own, whose provider is a port of this machine."""

import sys
import time
from collections import deque

from proxy.config import Provider, Settings
from proxy.server import ServerThread
from proxy.tap import Record
from tests.server.running import Keys


def main(port: str, target: str) -> None:
    """Serve everybody until the process is ended."""
    provider = Provider(id="p", base_url=f"http://127.0.0.1:{target}/v1", key="none")
    settings = Settings(
        port=int(port), default_provider="p", access="open", providers={"p": provider}
    )
    ServerThread(settings, Keys(), deque[Record](maxlen=1).append).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:3])
