# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ours and the yardstick in turn: a round runs every step once, so that a noisy minute falls on both."""

import sys
import time

from .run_steps import RunSteps
from .send_steps import SendSteps
from .steps import Steps

#: The order of a round: what is compared stands side by side, and ``floor`` takes the rows that ``ours`` left.
SIZES = ("many", "few", "huge", "runs_many", "runs_few", "runs_huge", "sent")
STEPS = ("ours", "floor", "check_wrong", "plans", "cards", "load", "memory", "reading")
STEPS += ("vendor_pivot", "savings_pivot", "profitability_pivot", "billing_run", "one_by_one", "send")
#: What is not measured in the world of devices.
STEPS_OF = {"runs_many": RunSteps, "runs_few": RunSteps, "runs_huge": RunSteps, "sent": SendSteps}


def measure(database, figures, samples, rounds):
    """Run the steps that the figures need, so many rounds, adding what they measure to the samples."""
    wanted = {step for figure in figures for step in figure.steps}
    plan = sorted(wanted, key=lambda step: (SIZES.index(step[1]), STEPS.index(step[0])))
    steps = {size: STEPS_OF.get(size, Steps)(database, getattr(samples.sizes, size)) for _name, size in plan}
    for number in range(1, rounds + 1):
        for name, size in plan:
            started = time.monotonic()
            samples.add(size, getattr(steps[size], name)())
            print(
                f"round {number} of {rounds}: {name}, {getattr(samples.sizes, size):,} {steps[size].unit} "
                f"({time.monotonic() - started:.0f} s with preparation)",
                file=sys.stderr,
                flush=True,
            )
