"""The command line: thin, one short module per command. Data on stdout, people on stderr.

Exit codes: 0 good, 1 bad evidence or a difference, 2 usage or environment, 3 unknown format.

This module is what the process runs. It imports nothing until an interrupt would end it in one line.
"""

from __future__ import annotations

import os
import signal

from evidence.cli.ending import SIGNALS, at_once


def main() -> None:
    """Run the command that the process was started with, and end the process."""
    for number in SIGNALS:
        if signal.getsignal(number) in {
            signal.SIG_DFL,
            signal.default_int_handler,
        }:  # not ignored, as by nohup
            signal.signal(number, at_once)
    _fill_standard_descriptors()
    from evidence.cli.commands import commands

    commands.main(prog_name="evidence")


def _fill_standard_descriptors() -> None:
    """Opens what is closed of 0, 1 and 2, so that no file that is opened later becomes one of them."""
    try:
        descriptor = os.open(os.devnull, os.O_RDWR)
    except OSError:  # a system without one has no more to offer
        return
    while descriptor <= 2:
        descriptor = os.dup(descriptor)
    os.close(descriptor)
