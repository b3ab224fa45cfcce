"""Arabic: "5 نوفمبر 2026", in the digits of the thermometer. Short months are the long ones."""

from config.formats import formats

globals().update(formats(day_and_month=""))
