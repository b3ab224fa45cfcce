"""Spanish: "5 de noviembre de 2026"."""

from config.formats import formats

globals().update(formats(day_and_month=r"\d\e "))
