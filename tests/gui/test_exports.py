import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.cases import parse
from app.models.exports import bug_report, case_text, curl_of, har_of, redacted_headers
from app.models.reading import Reading
from proxy.config import DEMO_HOST
from proxy.tap import Mark
from tests.gui.exchanges import (
    DONE,
    answered,
    asked,
    began,
    call,
    ended,
    mended,
    passed,
    read,
    text,
)

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123"
MARK = Mark("index-repair", "set the index", 1, 1)
BODY = (
    b'{"model":"m","messages":[{"role":"user","content":"it\'s $HOME `id` ' + KEY.encode() + b'"}]}'
)


def reading() -> Reading:
    came, left = call("{}", "read", "c1", None), call("{}", "read", "c1", 0)
    return read(
        [
            began(body=BODY),
            asked(body=BODY),
            answered(x_request_id="req_42"),
            *passed([text(f"here is {KEY}")]),
            *mended(came, left, [MARK]),
            *passed([DONE], first=103.0),
            ended(),
        ]
    )


def test_s32_makes_a_curl_command_that_asks_the_same_with_the_key_from_outside() -> None:
    command = curl_of(reading().exchange).text
    script = command.replace("curl ", "printf '%s\\n' ", 1)
    said = subprocess.run(
        ["/bin/sh", "-c", script], env={"KEY": "K1"}, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "https://api.deepseek.com/v1/chat/completions" in said
    assert "authorization: Bearer K1" in said
    assert said[-1] == BODY.decode().replace(KEY, "[removed]")


@pytest.mark.parametrize("sent", [True, False])
def test_asks_the_proxy_again_where_nobody_else_can(sent: bool) -> None:
    headers = (("host", "127.0.0.1:8459"), ("authorization", "‹key agent #1›"))
    began_here = replace(began(headers=headers, body=BODY), path="/demo/v1/chat/completions")
    inside = replace(asked(), url=f"http://{DEMO_HOST}/v1/chat/completions")
    command = curl_of(read([began_here, *([inside] if sent else [])]).exchange).text
    words = shlex.split(command.replace("\\\n", ""))
    assert words[5] == "http://127.0.0.1:8459/demo/v1/chat/completions"
    assert "authorization: Bearer $KEY" in words


def test_leaves_our_own_headers_out_of_the_command() -> None:
    hop = replace(asked(), headers=(("x-wiremend-hop", "1"), ("accept", "*/*")))
    assert "x-wiremend" not in curl_of(read([began(), hop]).exchange).text


def test_gives_the_shell_a_large_body_that_no_argument_could_hold(tmp_path: Path) -> None:
    body = json.dumps({"BODY": "it's $HOME `id` \\ é " * 12_000}, ensure_ascii=False)
    command = curl_of(read([began(body=body.encode())]).exchange).text
    (tmp_path / "curl").write_text('#!/bin/sh\nprintf "%s\\n" "$@"; cat\n')
    (tmp_path / "curl").chmod(0o700)
    path = f"{tmp_path}:{os.environ['PATH']}"
    said = subprocess.run(
        ["/bin/sh"], input=command, env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert said.stdout.endswith(f"--data-binary\n@-\n{body}\n")


def test_makes_no_command_of_a_request_that_was_let_go() -> None:
    seen = reading()
    seen.exchange.drop()
    assert curl_of(seen.exchange).text == ""


def test_s32_quotes_hostile_headers_for_the_shell() -> None:
    hostile = began(
        headers=(("x-a", "'; touch /tmp/pwned; '"), ('x-api-key";id;"', "‹key agent #1›"))
    )
    command = curl_of(read([hostile]).exchange).text
    words = shlex.split(command.replace("\\\n", ""))
    assert words[6:] == [
        "-H",
        "x-a: '; touch /tmp/pwned; '",
        "-H",
        "x-api-keyid: $KEY",
        "--data-raw",
        "{}",
    ]


def test_s31_writes_an_archive_that_holds_no_key() -> None:
    seen = reading()
    archive = json.loads(har_of(seen.exchange).text)
    entry = archive["log"]["entries"][0]
    assert entry["request"]["url"] == "https://api.deepseek.com/v1/chat/completions"
    assert entry["response"]["status"] == 200
    assert "here is [removed]" in entry["response"]["content"]["text"]
    assert KEY not in json.dumps(archive)
    assert archive["log"]["comment"] == "3 values that looked like secrets were removed."


def test_says_in_every_file_that_something_was_not_kept() -> None:
    seen = reading()
    seen.exchange.lost = 700
    assert "700 bytes of it were not kept." in har_of(seen.exchange).text
    assert "700 bytes of it were not kept." in bug_report(seen.exchange).text


def test_s31_writes_a_case_that_can_be_played_again() -> None:
    seen = reading()
    written, removed = case_text(seen.exchange)
    assert removed == 2
    case = parse(written.encode())
    assert case.body == text("here is [removed]") + call("{}", "read", "c1", None) + DONE
    assert KEY not in written


@pytest.mark.parametrize(("outcome", "ending"), [("done", "done"), ("cut_off", "eof")])
def test_a_case_ends_as_its_answer_did(outcome: str, ending: str) -> None:
    seen = read([began(), answered(), *passed([text("a")]), ended(outcome=outcome)])
    assert parse(case_text(seen.exchange).text.encode()).ending == ending


def test_reports_the_defect_with_the_events_around_it() -> None:
    seen = reading()
    report, removed = bug_report(seen.exchange)
    assert removed == 1
    assert report.endswith("1 value that looked like a secret was removed.\n")
    assert "Provider: deepseek" in report
    assert "Time: 2026-09-21 " in report
    assert "x-request-id: req_42" in report
    assert "- event 1: index-repair: set the index" in report
    assert "Index repair: The agent " in report
    assert '#1  data: {"choices"' in report
    assert KEY not in report
    assert "$HOME" not in report


def test_reports_where_a_fix_that_is_off_would_have_acted() -> None:
    first = [text("Let me see. ")] * 20
    calls, finish = [call("{}", "read", "c1", 0)], [text("Done."), DONE]
    seen = read(
        [
            *(began(), answered(), *passed([*first, *calls, *finish])),
            ended(would_mend={"buffer-tool-calls": 1}),
        ]
    )
    report = bug_report(seen.exchange).text
    assert "- event 22: buffer-tool-calls: " in report
    assert "(not done: the fix is off)" in report
    assert '#21  data: {"choices":[{"index":0,"delta":{"content":"Done."}' in report


def test_s34_a_report_can_be_pasted_as_markdown() -> None:
    seen = read([began(), answered(), *passed([text("```js\n# no heading\n```"), DONE]), ended()])
    report = bug_report(seen.exchange).text
    fence = next(line for line in report.splitlines() if line.startswith("````"))
    inside = report.split(fence)[1]
    assert inside.count("#0  data:") == 1
    assert report.count(fence) == 2


def test_shows_headers_without_what_looks_like_a_key() -> None:
    headers = (("authorization", "‹key agent #1›"), ("x-title", KEY), ("cookie", "a=b"))
    assert redacted_headers(headers) == [
        ("authorization", "‹key agent #1›"),
        ("x-title", "[removed]"),
        ("cookie", "[removed]"),
    ]
