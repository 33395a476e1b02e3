import copy
import pickle
from collections.abc import Callable

import pytest

from proxy.secret import Secret

TEXT = "sk-CANARY-0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("way", [repr, str, format, ascii, "{}".format, "{!r:>60}".format])
def test_no_way_of_writing_it_gives_it_away(way: Callable[[object], str]) -> None:
    assert "CANARY" not in way(Secret(TEXT))
    assert "CANARY" not in way([Secret(TEXT)])


def test_it_is_neither_pickled_nor_copied() -> None:
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(Secret(TEXT))


def test_it_is_compared_by_what_it_holds() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert len({Secret(TEXT), Secret(TEXT), Secret("other")}) == 2
    assert Secret(TEXT) != TEXT
    assert Secret(TEXT).reveal() == TEXT
