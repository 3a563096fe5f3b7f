# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The figures: what is compared with what, and what is asked. To add one: a step that measures it, and a row here."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Sizes:
    """Devices of the worlds by role: ``many`` for most figures, ``few`` and ``huge`` for how time and memory grow.

    With ``runs_`` agreements of the worlds that billing runs invoice; ``sent``: invoices that are sent.
    """

    few: int
    many: int
    huge: int
    runs_few: int
    runs_many: int
    runs_huge: int
    sent: int


FULL = Sizes(few=1_000, many=10_000, huge=50_000, runs_few=500, runs_many=1_000, runs_huge=5_000, sent=20)
QUICK = Sizes(few=100, many=100, huge=100, runs_few=20, runs_many=20, runs_huge=20, sent=3)


class Samples:
    """What the rounds measured: {(size, name): [number]}, a number a round."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.values = {}

    def add(self, size, measured):
        for name, value in measured.items():
            self.values.setdefault((size, name), []).append(value)

    def get(self, size, *names):
        """The sum of the named samples, round by round."""
        return [sum(values) for values in zip(*(self.values[size, name] for name in names), strict=True)]

    def per_device(self, size, *names):
        """Milliseconds a device."""
        return [1000 * value / getattr(self.sizes, size) for value in self.get(size, *names)]


@dataclass(frozen=True)
class Figure:
    """One row.

    ``ours`` and ``yardstick`` take the samples and give a number a round. What is compared with the target is the
    quotient of the medians: ours by the yardstick's; with ``faster`` the yardstick's by ours, which is how many times
    as fast we are; without a yardstick our own median. The target is the most that is allowed, with ``faster`` or
    ``at_least`` the least. ``steps`` are (name, size).
    """

    name: str
    what: str
    unit: str
    steps: tuple
    ours: Callable
    target: Callable
    yardstick: Callable | None = None
    faster: bool = False
    at_least: bool = False
    note: str = ""

    def row(self, samples):
        ours = self.ours(samples)
        yardstick = self.yardstick(samples) if self.yardstick else []
        if not yardstick:
            result = median(ours)
        elif self.faster:
            result = median(yardstick) / median(ours)
        else:
            result = median(ours) / median(yardstick)
        target = self.target(samples.sizes)
        reached = result >= target if self.faster or self.at_least else result <= target
        return Row(self, ours, yardstick, result, target, reached)


@dataclass(frozen=True)
class Row:
    figure: Figure
    ours: list
    yardstick: list
    result: float
    target: float
    reached: bool


OURS = ("ours", "many")
BOTH = ("check", "import")

FIGURES = (
    Figure(
        "import",
        "check + import / floor",
        "s",
        (OURS, ("floor", "many")),
        ours=lambda samples: samples.get("many", *BOTH),
        yardstick=lambda samples: samples.get("many", "floor"),
        target=lambda sizes: 3,
        note="floor: parse the file, COPY the rows that the import leaves into the same tables",
    ),
    Figure(
        "growth",
        "a device, huge / few",
        "ms",
        (("ours", "few"), ("ours", "huge")),
        ours=lambda samples: samples.per_device("huge", *BOTH),
        yardstick=lambda samples: samples.per_device("few", *BOTH),
        target=lambda sizes: 1.3,
        note="check + import",
    ),
    Figure(
        "load-lines",
        "load() of lines / ours",
        "s",
        (OURS, ("load", "many")),
        ours=lambda samples: samples.get("many", *BOTH),
        yardstick=lambda samples: samples.get("many", "load_lines"),
        target=lambda sizes: 2,
        faster=True,
        note="ours: check + import of everything; load() measured with 1,000 records at most, and multiplied",
    ),
    Figure(
        "load-all",
        "load() of everything / ours",
        "s",
        (OURS, ("load", "many")),
        ours=lambda samples: samples.get("many", *BOTH),
        yardstick=lambda samples: samples.get("many", "load_all"),
        target=lambda sizes: 18,
        faster=True,
        note="lines, reads and charges; measured with 1,000 records of each at most, and multiplied",
    ),
    Figure(
        "check",
        "check / floor",
        "s",
        (OURS, ("floor", "many")),
        ours=lambda samples: samples.get("many", "check"),
        yardstick=lambda samples: samples.get("many", "floor"),
        target=lambda sizes: 1,
    ),
    Figure(
        "check-errors",
        "check, 1 of 10 wrong / clean",
        "s",
        (OURS, ("check_wrong", "many")),
        ours=lambda samples: samples.get("many", "check_wrong"),
        yardstick=lambda samples: samples.get("many", "check"),
        target=lambda sizes: 2,
        note="half of the errors are unknown serials, half are values that the schema refuses",
    ),
    Figure(
        "errors-listed",
        "wrong records that are listed",
        "",
        (("check_wrong", "many"),),
        ours=lambda samples: samples.get("many", "errors_found"),
        target=lambda sizes: 1,
        at_least=True,
    ),
    Figure(
        "queries",
        "queries of an import",
        "",
        (OURS,),
        ours=lambda samples: samples.get("many", "import_queries"),
        target=lambda sizes: 110,
        note="the check that the import makes is included",
    ),
    Figure(
        "plans",
        "import into page pools / without",
        "s",
        (("plans", "many"),),
        ours=lambda samples: samples.get("many", "plans"),
        yardstick=lambda samples: samples.get("many", "no_plans"),
        target=lambda sizes: 1.2,
        note="check + import of 10,000 devices on 500 agreements, each a pool, or none",
    ),
    Figure(
        "cards",
        "import with rate cards / without",
        "s",
        (("cards", "many"),),
        ours=lambda samples: samples.get("many", "cards"),
        yardstick=lambda samples: samples.get("many", "no_cards"),
        target=lambda sizes: 1.05,
        note="CPU time of the worker that checks and imports; a card with 1,100 rates: by model, agreement and device",
    ),
    Figure(
        "memory",
        "peak memory of a worker, huge",
        "MB",
        (("memory", "huge"),),
        ours=lambda samples: [value / 1e6 for value in samples.get("huge", "memory")],
        target=lambda sizes: 700,
        note="a fresh process that checks and imports the file, all of it",
    ),
    Figure(
        "read",
        "reading record by record / from a tree, huge",
        "s",
        (("reading", "huge"),),
        ours=lambda samples: samples.get("huge", "stream_seconds"),
        yardstick=lambda samples: samples.get("huge", "tree_seconds"),
        target=lambda sizes: 1.2,
        note="CPU time of a process; the tree is read without the look through it that keeps harmful files from it",
    ),
    Figure(
        "read-memory",
        "memory of reading record by record, huge",
        "MB",
        (("reading", "huge"),),
        ours=lambda samples: [value / 1e6 for value in samples.get("huge", "stream_memory")],
        target=lambda sizes: 400,
        note="at its peak, beside what the process and the bytes of the file take",
    ),
    Figure(
        "approve",
        "approve 10,000 charges",
        "s",
        (OURS,),
        ours=lambda samples: samples.get("many", "approve"),
        target=lambda sizes: 1,
    ),
    Figure(
        "open",
        "open the file in the client",
        "s",
        (OURS,),
        ours=lambda samples: samples.get("many", "open"),
        target=lambda sizes: 0.5,
        note="time in the server: views, and the record with the first page of its lists",
    ),
    Figure(
        "vendor-pivot",
        "pivot of the vendor report",
        "s",
        (("vendor_pivot", "many"),),
        ours=lambda samples: samples.get("many", "vendor_pivot"),
        target=lambda sizes: 2,
        note="24 months: component by month, Xerox's cost, what was expected and the difference",
    ),
    Figure(
        "savings-pivot",
        "pivot of the savings report",
        "s",
        (("savings_pivot", "many"),),
        ours=lambda samples: samples.get("many", "savings_pivot"),
        target=lambda sizes: 2,
        note="24 months: kind by month, what was overbilled, not claimed, disputed and credited",
    ),
    Figure(
        "profitability-pivot",
        "pivot of the profitability report",
        "s",
        (("profitability_pivot", "many"),),
        ours=lambda samples: samples.get("many", "profitability_pivot"),
        target=lambda sizes: 2,
        note="24 months: customer by month, revenue, Xerox's cost and the margin",
    ),
    Figure(
        "billing-run",
        "an invoice, one by one / a run",
        "ms",
        (("billing_run", "runs_many"), ("one_by_one", "runs_many")),
        ours=lambda samples: samples.get("runs_many", "run"),
        yardstick=lambda samples: samples.get("runs_many", "one_by_one"),
        target=lambda sizes: 3,
        faster=True,
        note="invoices of 5 lines, made and posted; one by one: subscription_oca's generate_invoice, then action_post, "
        "measured with 100 subscriptions",
    ),
    Figure(
        "billing-run-queries",
        "queries of a run, an invoice",
        "",
        (("billing_run", "runs_many"),),
        ours=lambda samples: samples.get("runs_many", "run_queries"),
        target=lambda sizes: 6,
        note="looking for agreements, creating and posting",
    ),
    Figure(
        "billing-run-growth",
        "an invoice of a run, huge / few",
        "ms",
        (("billing_run", "runs_few"), ("billing_run", "runs_huge")),
        ours=lambda samples: samples.get("runs_huge", "run"),
        yardstick=lambda samples: samples.get("runs_few", "run"),
        target=lambda sizes: 1.2,
    ),
    Figure(
        "send",
        "an invoice with its annex / alone",
        "ms",
        (("send", "sent"),),
        ours=lambda samples: samples.get("sent", "annex"),
        yardstick=lambda samples: samples.get("sent", "alone"),
        target=lambda sizes: 1.4,
        note="the files of an invoice, ten at a time as a billing run makes them: Odoo's PDF, and the annex of five "
        "devices as PDF and XLSX; alone: Odoo's PDF; by the clock",
    ),
    Figure(
        "send-pdf",
        "an invoice with the annex's PDF / alone",
        "ms",
        (("send", "sent"),),
        ours=lambda samples: samples.get("sent", "annex_pdf"),
        yardstick=lambda samples: samples.get("sent", "alone"),
        target=lambda sizes: 1.3,
        note="likewise, without XLSX",
    ),
    Figure(
        "send-cpu",
        "CPU of an invoice with its annex / alone",
        "ms",
        (("send", "sent"),),
        ours=lambda samples: samples.get("sent", "annex_cpu"),
        yardstick=lambda samples: samples.get("sent", "alone_cpu"),
        target=lambda sizes: 1.4,
        note="as send, in CPU time of the worker and of wkhtmltopdf",
    ),
)
