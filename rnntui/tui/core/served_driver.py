"""Textual's driver for a browser, which may go away at any time.

In the original, a program whose server has died runs on for ever, with nobody to see it.
"""

from textual.drivers.web_driver import WebDriver


class ServedDriver(WebDriver):
    """Draws in a browser until the server ends it, or is gone."""

    is_gone = False
    """Whether the server has asked us to end, or is no more there."""
    has_shell = False
    """Whether a shell could continue us: none is there."""

    def run_input_thread(self) -> None:
        """Pass on keys until the server is gone, which the app sees by `is_gone`."""
        super().run_input_thread()
        self.is_gone = True

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take a message of the server's; told to quit, the app saves first."""
        if packet_type == "quit":
            self.is_gone = True
        else:
            super().on_meta(packet_type, payload)
