"""Text for the clipboard, and pictures of the screen.

Whether a terminal passes text on to a clipboard can't be known: tmux and screen drop
it by default, others ask or refuse silently. So the toasts say where the text was
sent, not that it was copied.
"""

import asyncio
import logging
import os
from typing import Generic

from textual.app import App, ReturnType

from rnntui import places
from rnntui.errors import reason
from rnntui.text.cells import printable
from rnntui.tui.core.new_files import write_new
from rnntui.tui.core.sentences import shown_path

log = logging.getLogger(__name__)

TMUX_PATIENCE_S = 5.0
"""Timeout for tmux to load its buffer."""

SHOWN = 200
"""Characters of a sent text shown in its toast."""


class SharingApp(App[ReturnType], Generic[ReturnType]):
    """An app that sends text to the clipboard and saves pictures, and says where they went."""

    def copy_to_clipboard(self, text: str) -> None:
        """Send `text` to the terminal, and under tmux into its buffer, with a toast."""
        # A lone surrogate can't be sent; the letters around it can.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        super().copy_to_clipboard(text)
        if os.environ.get("TMUX"):
            self.run_worker(self._send_to_tmux(text), group="clipboard", exit_on_error=False)
        else:
            self._say_sent(text, "Sent to the terminal")

    async def _send_to_tmux(self, text: str) -> None:
        held = await load_into_tmux(text)
        also = " and to tmux's buffer, which prefix ] pastes" if held else ""
        self._say_sent(text, f"Sent to the terminal{also}")

    def _say_sent(self, text: str, where: str) -> None:
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        self.notify(printable(f"{where}: {shown}"), markup=False)

    def deliver_screenshot(
        self,
        filename: str | None = None,
        path: str | None = None,
        time_format: str | None = None,
    ) -> str | None:
        """Save a picture beside the runs, with a toast; in a browser it is downloaded."""
        if filename or path or self.is_web:
            return super().deliver_screenshot(filename, path, time_format)
        folder = places.checkpoints_dir().parent
        try:
            saved = write_new(folder, "screenshot", ".svg", self.export_screenshot())
        except OSError as error:
            where = shown_path(folder.absolute())
            sentence = f"The picture can't be saved in {where}: {reason(error)}."
            self.notify(printable(sentence), severity="error", markup=False)
        else:
            sentence = f"The screen is saved as {shown_path(saved)}."
            self.notify(printable(sentence), markup=False)
        return None


async def load_into_tmux(text: str) -> bool:
    """Put `text` into tmux's newest buffer and the clipboard, if possible; whether it worked."""
    # tmux before 3.2 has no -w.
    for options in (["-w"], []):
        try:
            process = await asyncio.create_subprocess_exec(
                *("tmux", "load-buffer", *options, "-"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            log.info("There is no tmux to send to: %s", error)
            return False
        try:
            await asyncio.wait_for(process.communicate(text.encode()), TMUX_PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            return False
        if process.returncode == 0:
            return True
    return False
