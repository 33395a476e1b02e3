from app.models.attention import Attention, Attentions
from proxy.config import Provider, Settings
from tests.gui.records import finished, started


def known(**members: object) -> Attentions:
    one = Provider("one", "https://api.example.com/v1", **members)  # pyright: ignore[reportArgumentType]
    attentions = Attentions()
    attentions.show_settings(Settings(providers={"one": one}))
    attentions.apply([started("a", "one"), finished("a", would_mend={"index-repair": 3})])
    return attentions


def test_names_the_fix_that_is_off_and_was_needed() -> None:
    assert known(fixes={"index-repair": False}).first() == Attention("one", "index-repair")


def test_leads_to_the_last_request_that_met_it() -> None:
    attentions = known(fixes={"index-repair": False})
    attentions.apply([started("b", "one"), finished("b", would_mend={"index-repair": 1})])
    attentions.apply([started("c", "one"), finished("c")])
    first = attentions.first()
    assert first is not None
    assert first.request == "b"


def test_is_silent_about_what_is_on_or_wanted_untouched() -> None:
    assert known().first() is None
    assert known(fixes={"index-repair": False}, passthrough=True).first() is None


def test_a_locked_key_comes_first_until_it_is_open() -> None:
    attentions = known(fixes={"index-repair": False})
    attentions.show_key_state("one", "locked")
    assert attentions.first() == Attention("one")
    attentions.show_key_state("one", "stored")
    assert attentions.first() == Attention("one", "index-repair")


def test_what_is_ignored_stays_away() -> None:
    attentions = known(fixes={"index-repair": False})
    attentions.ignore(Attention("one", "index-repair"))
    assert attentions.first() is None
    attentions.apply([started("b", "one"), finished("b", would_mend={"index-repair": 1})])
    assert attentions.first() is None
