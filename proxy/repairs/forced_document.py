"""Ask for a plain answer where the agent asked for a stream, and explode what comes.

For providers that lose or garble tool calls when streaming (ollama/ollama#12557,
earendil-works/pi#1125, ddalcu/mlx-serve#287). The agent gets a stream that a strict client
cannot tell from a native one.
"""

from collections.abc import Iterator

from proxy.repair import Answer, Finding, Form, Group, Repair
from proxy.wire import JsonObject


class ForceNonStream(Repair):
    """Ask upstream for one plain answer whatever the agent asked for."""

    name = "force-non-stream"
    title = "Force plain answers"
    group = Group.STREAM
    default = False
    symptom = "The provider loses or garbles tool calls when streaming."
    remedy = "The request goes upstream without streaming; the answer is sent on as a stream."
    price = "Nothing streams: the answer appears when it is complete."

    @classmethod
    def concerns(cls, request: JsonObject) -> bool:
        return request.get("stream") is True

    def request(self, body: JsonObject) -> Iterator[Finding]:
        if body.get("stream") is not True:
            return
        body["stream"] = False
        body.pop("stream_options", None)
        yield Finding(self.name, "asked for a plain answer instead of a stream", routine=True)

    def answer(self, answer: Answer) -> Iterator[Finding]:
        if answer.asked is Form.STREAM and answer.came is Form.DOCUMENT:
            answer.sent = Form.STREAM
            answer.content_type = "text/event-stream"
        return iter(())
