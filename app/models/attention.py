"""What needs the user's attention: a defect whose fix is off, or a key that cannot be had."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.models.today import Today
from proxy.config import Settings
from proxy.repairs import fixes
from proxy.tap import Record


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing to look at, and where it is put right."""

    provider: str
    fix: str = ""
    """The fix that would mend it; empty where the provider's key is what lacks."""
    request: str = field(default="", compare=False)
    """The last request that met it; another one does not make it another thing."""


class Attentions:
    """Knows the most urgent thing; what was ignored stays away until the application ends."""

    def __init__(self) -> None:
        self._today = Today()
        self._settings = Settings()
        self._locked: set[str] = set()
        self._ignored: set[Attention] = set()

    def apply(self, records: Iterable[Record]) -> bool:
        """Count a batch; tell whether anything may have changed."""
        return bool(self._today.apply(records))

    def show_settings(self, settings: Settings) -> None:
        """Know which fixes are off."""
        self._settings = settings

    def show_key_state(self, provider: str, state: str) -> None:
        """Know whose key cannot be had."""
        if state == "locked":
            self._locked.add(provider)
        else:
            self._locked.discard(provider)

    def ignore(self, attention: Attention) -> None:
        """Never come back to it."""
        self._ignored.add(attention)

    def first(self) -> Attention | None:
        """Return the most urgent thing: keys first, then the defect met in most requests."""
        found = [Attention(name) for name in self._settings.providers if name in self._locked]
        found += self._unfixed()
        return next((each for each in found if each not in self._ignored), None)

    def _unfixed(self) -> list[Attention]:
        met = [
            (self._today.of(name).affected[fix], self._met(name, fix))
            for name in self._settings.providers
            for fix in self._off(name)
        ]
        met = [each for each in met if each[0]]
        return [attention for _, attention in sorted(met, key=lambda each: -each[0])]

    def _met(self, name: str, fix: str) -> Attention:
        return Attention(name, fix, self._today.of(name).met_in.get(fix, ""))

    def _off(self, name: str) -> list[str]:
        provider = self._settings.providers[name]
        if provider.passthrough:
            # Whoever wants every byte untouched knows why.
            return []
        return [each.name for each in fixes() if not provider.fixes.get(each.name, each.default)]
