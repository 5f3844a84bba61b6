"""Small chains for the tests of the runner: stages that take a little while and draw numbers."""

import numpy as np
import pandas as pd
import xarray as xr

from lodeway.model import Result
from lodeway.randomness import uniform
from lodeway.study.graph import Stage

# The runner hashes the room of a stage; these stages claim a room that exists.
CHAIN = (
    Stage("first", 1, "lodeway.registry.chains:first", sections=("project",), files=("data.csv",)),
    Stage("second", 1, "lodeway.registry.chains:second", inputs=("first",), sections=("scenario",)),
)


def first(context):
    items = [project["name"] for project in context.settings["project"]]
    table = np.stack(context.engine.map(Draw(context.seed, context.draws), items))
    data = xr.Dataset({"x": (("project", "draw"), table)}, coords={"project": items})
    return Result(data={"x": data}, sources=[("x", "", "data.csv#1")])


class Draw:
    """A picklable piece of work."""

    def __init__(self, seed, draws):
        self.seed, self.draws = seed, draws

    def __call__(self, item):
        return uniform(self.seed, "x", item, self.draws)


def second(context):
    x = context.table("first", "x")["x"]
    frame = pd.DataFrame({"project": x["project"].values.astype(str), "mean": x.mean("draw")})
    return Result(data={"mean": frame}, files={"mean.csv": frame.to_csv(index=False).encode()})
