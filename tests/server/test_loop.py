"""A provider whose address leads back to us is noticed at the first turn."""

from proxy.tap import Finished, Record
from tests.server.running import chat, free_port, post, proxy


def test_our_own_address_as_a_provider_is_a_loop() -> None:
    port = free_port()
    with proxy(f"http://127.0.0.1:{port}/v1", port=port, key="none") as running:
        answer = post(running, chat())
        # Met by ourselves, our request is refused; the agent is told what that refusal says.
        assert (answer.status, answer.json["error"]["code"]) == (502, "loop_detected")
        finished: list[Record] = [each for each in running.records if isinstance(each, Finished)]
        assert len(finished) <= 1
