"""`wiremend replay`: what it prints, and what it refuses."""

import base64
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from app import replay as subject
from app.cases import CaseError, parse
from proxy.wire import JsonObject
from tests.corpus import cases

CORPUS = Path(__file__).parent.parent / "corpus"


class Run:
    """One call of the command."""

    def __init__(self, *paths: Path, fixes: tuple[str, ...] = (), **how: bool) -> None:
        self.written: list[str] = []
        self.complaints: list[str] = []
        self.status = subject.replay(
            paths,
            fixes,
            how.get("all_fixes", False),
            how.get("as_json", False),
            self.written.append,
            self.complaints.append,
        )

    @property
    def text(self) -> str:
        return "".join(self.written)

    @property
    def objects(self) -> list[JsonObject]:
        return [json.loads(line) for line in self.text.splitlines()]


def recorded(name: str) -> JsonObject:
    return json.loads((CORPUS / f"{name}.json").read_bytes())


def test_says_what_each_fix_changed() -> None:
    run = Run(CORPUS / "idx-null.json")
    assert run.status == 0
    first, *rest = run.text.splitlines()
    assert first.startswith("idx-null: index-repair (")
    assert rest[0].strip().startswith("index-repair: ")
    assert rest[1].strip().startswith("received #1 data: {")
    assert rest[2].strip().startswith("sent     #1 data: {")


def test_says_where_nothing_was_changed() -> None:
    run = Run(CORPUS / "args-repeated-token-control.json")
    assert run.text == "args-repeated-token-control: nothing was changed\n"


def test_writes_one_object_a_case() -> None:
    run = Run(CORPUS / "idx-null.json", CORPUS / "error-html-200.json", as_json=True)
    mended, failed = run.objects
    assert mended["findings"].keys() == {"index-repair"}
    assert mended["changes"][0]["sent"].startswith("#1 ")
    assert failed["status"] == 502
    assert failed["error"]["message"]


def test_plays_only_the_fixes_that_were_chosen() -> None:
    path = CORPUS / "idx-null.json"
    assert Run(path, fixes=("think-tags",)).text == "idx-null: nothing was changed\n"
    assert "index-repair" in Run(path, fixes=("index-repair", "usage")).text


def test_plays_every_fix_where_all_are_asked_for() -> None:
    plain = {**recorded("text-hermes-json"), "fix": None}
    assert parse(json.dumps(plain).encode()).fix is None
    run = Run(CORPUS / "text-hermes-json.json", all_fixes=True, as_json=True)
    assert "text-tool-calls" in run.objects[0]["findings"]


def test_refuses_a_fix_that_does_not_exist() -> None:
    run = Run(CORPUS / "idx-null.json", fixes=("no-such-fix",))
    assert run.status == 2
    assert run.complaints == ["there is no fix named no-such-fix\n"]
    assert not run.written


def test_plays_the_whole_corpus() -> None:
    run = Run(*sorted(CORPUS.glob("*.json")))
    assert run.status == 0
    assert not run.complaints
    assert len(cases()) == sum(not line.startswith(" ") for line in run.text.splitlines())


def changed(**members: Any) -> bytes:
    return json.dumps({**recorded("idx-null"), **members}).encode()


def answered(**members: Any) -> bytes:
    upstream = recorded("idx-null")["upstream"]
    kept = {name: value for name, value in {**upstream, **members}.items() if value is not None}
    return changed(upstream=kept)


HOSTILE = {
    "empty": b"",
    "no-json": b"GIF89a",
    "list": b"[]",
    "deep": b"[" * 200_000,
    "deep-in-a-case": changed(name="x").replace(b'"x"', b"[" * 5000 + b"]" * 5000),
    "no-name": changed(name=None),
    "number-as-name": changed(name=7),
    "request": changed(request="x"),
    "upstream": changed(upstream=[]),
    "fix": changed(fix="no-such-fix"),
    "fix-type": changed(fix={"a": 1}),
    "status": answered(status="200"),
    "far-status": answered(status=10**9),
    "headers": answered(headers={"a": 1}),
    "ending": answered(ending="later"),
    "ending-type": answered(ending=["eof"]),
    "no-body": answered(chunks=None),
    "two-bodies": answered(body="x"),
    "chunks-type": answered(chunks="x"),
    "chunk-type": answered(chunks=[1]),
    "surrogate": answered(chunks=["\ud800"]),
    "base64": answered(chunks=None, chunks_b64=["not base64!"]),
    "coding": answered(headers={"content-encoding": "br"}),
    "not-gzip": answered(headers={"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_s34_refuses_what_is_no_case_in_one_line(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(text)
    run = Run(path)
    assert run.status == 1
    assert not run.written
    (complaint,) = run.complaints
    assert complaint.startswith(f"{path}: ")
    assert complaint.count("\n") == 1


def test_s34_refuses_a_file_of_two_gigabytes_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    run = Run(path)
    assert run.status == 1
    assert run.complaints == [f"{path}: larger than 96 MiB\n"]


def test_refuses_what_is_no_file(tmp_path: Path) -> None:
    assert Run(tmp_path).status == 1
    assert Run(tmp_path / "absent.json").status == 1
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert Run(tmp_path / "pipe").status == 1


def test_s34_refuses_a_body_that_unpacks_without_end() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(65 * 1024 * 1024))).decode()
    text = answered(chunks=None, chunks_b64=[bomb], headers={"content-encoding": "gzip"})
    with pytest.raises(CaseError, match="larger than 64 MiB"):
        parse(text)


def test_plays_the_good_files_beside_a_bad_one(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{}")
    run = Run(bad, CORPUS / "idx-null.json")
    assert run.status == 1
    assert run.text.startswith("idx-null: ")


def test_writes_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    stream = "data: \x1b]0;owned\x07\n\ndata: [DONE]\n\n"
    path.write_bytes(answered(chunks=[stream]).replace(b"idx-null", b"\\u001b[31mred\\u202e"))
    run = Run(path)
    assert run.status == 0
    assert all(each.isprintable() for each in run.text.replace("\n", ""))
