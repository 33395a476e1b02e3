"""All pages of the window, told the same things in one place."""

from pathlib import Path

from app.agents.places import Places
from app.language import translate
from app.ui.agents_page import AgentsPage
from app.ui.first_run import FirstRun
from app.ui.main_window import Destination
from app.ui.providers_page import ProvidersPage
from app.ui.settings_page import SettingsPage
from app.ui.traffic_page import TrafficPage
from proxy.config import Settings
from proxy.tap import Record


class Pages:
    """The five pages."""

    def __init__(self, places: Places, backups: Path) -> None:
        self.traffic = TrafficPage()
        self.providers = ProvidersPage()
        self.agents = AgentsPage(places, backups)
        self.settings = SettingsPage()
        self.first_run = FirstRun()

    def destinations(self) -> tuple[Destination, ...]:
        """Return where each page stands in the window."""
        return (
            Destination("traffic", self.traffic, lambda: translate("Pages", "Traffic"), "traffic"),
            Destination(
                "providers", self.providers, lambda: translate("Pages", "Providers"), "providers"
            ),
            Destination("agents", self.agents, lambda: translate("Pages", "Agents"), "agents"),
            Destination(
                "settings", self.settings, lambda: translate("Pages", "Settings"), "settings"
            ),
            Destination("first-run", self.first_run),
        )

    def apply(self, records: list[Record]) -> None:
        """Hand a batch on to every page that counts or shows requests."""
        self.traffic.apply(records)
        self.providers.apply(records)
        self.agents.apply(records)
        self.first_run.apply(records)

    def show_settings(self, settings: Settings) -> None:
        """Show the configuration on every page."""
        self.traffic.show_settings(settings)
        self.providers.show_settings(settings)
        self.agents.show_settings(settings)
        self.settings.show_settings(settings)
        self.first_run.show_settings(settings)

    def forgive(self) -> None:
        """Say no more of what could not be written: now it can."""
        self.providers.show_error("")
        self.settings.show_error("")
        self.agents.forgive()

    def show_address(self, url: str) -> None:
        """Show where agents have to point."""
        self.agents.show_address(f"{url}/v1")
        self.first_run.show_address(f"{url}/v1")
