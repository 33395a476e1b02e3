"""The proxy anyone would write first, as a peer: starlette's StreamingResponse over httpx."""

import sys
from collections.abc import AsyncIterator

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route


def application(upstream: str) -> Starlette:
    """Forward chat completions to the upstream."""
    client = httpx.AsyncClient(timeout=None)  # noqa: S113  a benchmark of streams without a limit

    async def forward(request: Request) -> StreamingResponse:
        asked = client.build_request(
            "POST", upstream, content=await request.body(), headers={"accept-encoding": "identity"}
        )
        answer = await client.send(asked, stream=True)

        async def body() -> AsyncIterator[bytes]:
            async for piece in answer.aiter_raw():
                yield piece
            await answer.aclose()

        kind = answer.headers["content-type"]
        return StreamingResponse(body(), answer.status_code, media_type=kind)

    return Starlette(routes=[Route("/v1/chat/completions", forward, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[2]), port=int(sys.argv[1]), log_level="critical")
