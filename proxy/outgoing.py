"""The agent's request, mended on its way upstream."""

import msgspec

from proxy import wire
from proxy.chain import Chain
from proxy.repair import Finding
from proxy.tap import Mark


class Mended(msgspec.Struct, frozen=True):
    """The request as it goes upstream; the very same bytes where nothing was mended."""

    data: bytes
    marks: tuple[Mark, ...] = ()


def mend(chain: Chain, body: bytes) -> Mended:
    """Let every repair that concerns requests see it."""
    concerned = chain.overriding("request")
    parsed = wire.decode_object(body) if concerned else None
    if parsed is None:
        return Mended(body)
    findings: list[Finding] = []
    for repair in concerned:
        findings += chain.call(repair, repair.request, parsed)
    added = any(repair.usage_added for repair in chain.repairs)
    for repair in chain.repairs:
        repair.usage_added = added
    marks = tuple(Mark(each.fix, each.message, None, None, each.routine) for each in findings)
    return Mended(wire.encode(parsed) if findings else body, marks)
