"""`rnntui doctor`: what a bug report needs to say about a machine."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from rnntui.cli.output.tables import print_table
from rnntui.cli.output.terminal import notify, write_line


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Report versions, device, kernels, folders, settings and terminal, for a bug report.

    Nothing private is in it: the home folder is ~, and no user, machine, text or run is named. What
    isn't as it should be says what to do. The exit code is 1 only if something is broken.
    """
    from rnntui.cli.machine.checks import findings

    found = list(findings())
    if as_json:
        write_line(json.dumps({"findings": [asdict(one) for one in found]}), sys.stdout)
    else:
        before = ""
        rows = []
        for one in found:
            rows.append(("" if one.section == before else one.section, one.name, one.value))
            before = one.section
        print_table(("", "", ""), rows)
        for one in found:
            if one.remedy:
                notify(f"{one.name} ({one.section}): {one.value}; {one.remedy}.")
    broken = sum(one.state == "broken" for one in found)
    if broken:
        raise typer.Exit(1)
