"""The basemap and its readers: see ``README.md`` beside this file."""

from lodeway.report.basemap.atlas import (
    Basemap,
    Country,
    decode,
    load_basemap,
    read_areas,
    recognised,
)

__all__ = ["Basemap", "Country", "decode", "load_basemap", "read_areas", "recognised"]
