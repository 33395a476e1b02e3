"""What is left to do when an answer is over waits for the exchanges, and is never lost."""

import asyncio

from proxy.afterwards import Afterwards
from proxy.config import Provider, Settings
from proxy.dialects import ENDPOINTS
from proxy.forwarding import COMPLETE
from proxy.recording import Recorder
from proxy.relay import Admission
from proxy.tap import Finished, Record
from proxy.trails import Trails

CHAT = next(each for each in ENDPOINTS if each.path == "chat/completions")
PROVIDER = Provider(id="p", base_url="http://127.0.0.1/v1", key="none")


def over(records: list[Record]) -> Recorder:
    """Return the recorder of an exchange whose answer has just ended."""
    admission = Admission(Settings(), PROVIDER, CHAT, None, "agent", "0" * 16)
    recorder = Recorder(admission, "POST", "/v1/chat/completions", records.append, Trails())
    recorder.started([], b"{}", {})
    recorder.over(COMPLETE, 200)
    return recorder


def ends(records: list[Record]) -> list[Finished]:
    return [each for each in records if isinstance(each, Finished)]


async def test_whatever_is_due_at_once_comes_first() -> None:
    records: list[Record] = []
    Afterwards().add(over(records))
    await asyncio.sleep(0)
    assert not ends(records)
    await asyncio.sleep(0.05)
    assert len(ends(records)) == 1


async def test_the_end_is_the_answers_and_not_the_records() -> None:
    records: list[Record] = []
    recorder = over(records)
    await asyncio.sleep(0.1)
    Afterwards().add(recorder)
    await asyncio.sleep(0.05)
    [finished] = ends(records)
    assert finished.duration_ms < 90


async def test_nothing_is_lost_when_the_loop_ends() -> None:
    records: list[Record] = []
    afterwards = Afterwards()
    afterwards.add(over(records))
    afterwards.settle()
    assert len(ends(records)) == 1
    afterwards.add(over(records))
    assert len(ends(records)) == 2
    await asyncio.sleep(0.05)
    assert len(ends(records)) == 2
