"""Ask for a stream where the agent asked for a plain answer, and fold what comes.

Some providers answer properly only when streaming, and send fragments that are no JSON
otherwise (router-for-me/CLIProxyAPI#2089). The agent still gets the one completion it asked
for. A refusal by upstream comes back as it is.
"""

from collections.abc import Iterator

from proxy import wire
from proxy.repair import Answer, Finding, Form, Group, Repair
from proxy.wire import JsonObject


class ForceStream(Repair):
    """Stream from upstream whatever the agent asked for."""

    name = "force-stream"
    title = "Force streaming"
    group = Group.STREAM
    default = False
    symptom = "The provider answers properly only when streaming."
    remedy = "The request goes upstream as a stream; its events are folded into one answer."
    price = "None if the agent streams already; otherwise the answer is collected first."

    @classmethod
    def concerns(cls, request: JsonObject) -> bool:
        return request.get("stream") is not True

    def request(self, body: JsonObject) -> Iterator[Finding]:
        if body.get("stream") is True:
            return
        body["stream"] = True
        options = wire.child(body, "stream_options")
        if options.get("include_usage") is not True:
            body["stream_options"] = {**options, "include_usage": True}
            self.usage_added = True
        yield Finding(self.name, "asked for a stream instead of a plain answer", routine=True)

    def answer(self, answer: Answer) -> Iterator[Finding]:
        if answer.asked is Form.DOCUMENT and answer.came is Form.STREAM:
            answer.sent = Form.DOCUMENT
            answer.content_type = "application/json"
        return iter(())
