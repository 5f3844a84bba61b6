"""The chain: the fixed list of stages that a study runs through, named by dotted path."""

from __future__ import annotations

from lodeway.study.graph import Stage

_FACTS = "{facts.files}"

STAGES: tuple[Stage, ...] = (
    Stage(
        name="registry",
        version=1,
        function="lodeway.registry.stage:run",
        sections=("registry",),
        files=(
            "{registry.deposits}", "{registry.claims}", "{registry.areas}", "{registry.holdings}",
        ),
        check="lodeway.registry.check:problems",
    ),
    Stage(
        name="resource",
        version=1,
        function="lodeway.resource.stage:run",
        sections=("facts", "resource"),
        files=(
            _FACTS, "{resource.collar}", "{resource.survey}", "{resource.assay}",
            "{resource.solid}",
        ),
        check="lodeway.resource.check:problems",
        only_with="resource",
    ),
    Stage(
        name="mine",
        version=1,
        function="lodeway.mine.stage:run",
        inputs=("resource",),
        sections=("facts", "project", "mine"),
        files=(_FACTS, "{mine.exclusions}"),
        check="lodeway.mine.check:problems",
        only_with="mine",
    ),
    Stage(
        name="processing",
        version=1,
        function="lodeway.processing.stage:run",
        inputs=("mine",),
        sections=("facts", "project", "mine"),
        files=(_FACTS,),
        check="lodeway.processing.check:problems",
    ),
    Stage(
        name="sales",
        version=1,
        function="lodeway.economics.sales:run",
        inputs=("processing",),
        sections=("facts", "prices", "price", "terms", "market", "project"),
        files=(_FACTS, "{prices.series}"),
    ),
    Stage(
        name="corridors",
        version=1,
        function="lodeway.corridors.stage:run",
        inputs=("processing", "sales"),
        sections=("facts", "corridors", "project", "market", "scenario", "report", "claim"),
        files=(_FACTS, "{corridors.network}/*", "{corridors.quotes}"),
        check="lodeway.corridors.check:problems",
    ),
    Stage(
        name="economics",
        version=1,
        function="lodeway.economics.stage:run",
        inputs=("registry", "processing", "sales", "corridors"),
        sections=(
            "facts", "price", "market", "project", "scenario", "report", "economics", "link",
            "claim", "corridors", "prices", "terms",
        ),
        files=(
            _FACTS, "{project.regime}", "{registry.regimes}", "{corridors.network}/*",
            "{prices.series}",
        ),
        check="lodeway.economics.check:problems",
    ),
    Stage(
        name="report",
        version=1,
        function="lodeway.report.stage:run",
        inputs=(
            "registry", "resource", "mine", "processing", "sales", "corridors", "economics",
        ),
        sections=("facts", "project", "market", "scenario", "report"),
        files=(_FACTS, "{report.disputed}"),
    ),
)  # fmt: skip
