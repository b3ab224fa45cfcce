"""When a reaction has begun, as the documents have it. Words for the card only: time explains, it never silences.

The knowledge in therapies/ gates nothing by days and so holds no figures; these stand here with their sources.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from therapies.catalogue import load
from therapies.model import Citation


@dataclass(frozen=True)
class Onset:
    """A sentence for the translators, and where it stands."""

    text: str
    source: str
    locator: str

    @property
    def cited(self) -> tuple[Citation, ...]:
        source = load().sources.get(self.source)
        return (Citation(source, self.locator),) if source else ()


_CAR_T_LATE = gettext_noop(
    "Began most often around day 3 after the infusion, in the label's figures up to day 51."
)
_CAR_T_BRAIN = gettext_noop(
    "Began most often around day 6, in most within 8 weeks, in the latest on day 359."
)
_CAR_T_COUNTS = gettext_noop("In some children still low on day 28 and on day 56 after the infusion.")
_ANY_TIME = gettext_noop("Watched for 2 weeks at least after the infusion; it can begin at any time.")
_BLIN_CRS = gettext_noop("Begins most often on day 2 of an infusion, also after a restart of the pump.")
_BLIN_BRAIN = gettext_noop("The first signs come most often in the first 2 weeks of the infusion.")
_BLIN_REACTION = gettext_noop(
    "More likely at the start of cycles 1 and 2, and after a pause of 4 hours or more."
)
_BLIN_LIVER = gettext_noop("Around day 15, as a middle value.")
_WITHIN_A_DAY = gettext_noop("During the infusion or within 24 hours after it.")
_GEMTU_LIVER = gettext_noop("After a dose, and up to 30 days after a transplant.")
_INOTU_REACTION = gettext_noop("Most often in the first cycle, shortly after the end of the infusion.")
_INOTU_LIVER = gettext_noop("Up to 56 days after the last dose; after a transplant around day 15 (3 to 57).")

_ONSETS = {
    "tisagenlecleucel": {
        "crs": Onset(_CAR_T_LATE, "kymriah-label", "CRS: median day 3, range 1 to 22, pooled to 51"),
        "neurotoxicity": Onset(_CAR_T_BRAIN, "kymriah-label", "neurologic: median day 6, range 1 to 359"),
        "low-blood-counts": Onset(
            _CAR_T_COUNTS, "kymriah-label", "cytopenias not resolved by days 28 and 56"
        ),
    },
    "brexucabtagene-autoleucel": {
        "crs": Onset(_ANY_TIME, "tecartus-professionals", "monitoring; signs at any time"),
        "neurotoxicity": Onset(_ANY_TIME, "tecartus-professionals", "monitoring; signs at any time"),
    },
    "blinatumomab": {
        "crs": Onset(_BLIN_CRS, "blincyto-label", "CRS: median onset 2 days"),
        "infusion-reaction": Onset(_BLIN_REACTION, "blincyto-administration", "hospital days; restarts"),
        "neurotoxicity": Onset(
            _BLIN_BRAIN, "blincyto-label", "neurologic: first event within the first 2 weeks"
        ),
        "liver-vod": Onset(_BLIN_LIVER, "blincyto-label-5", "elevated liver enzymes: median 15 days"),
    },
    "gemtuzumab-ozogamicin": {
        "infusion-reaction": Onset(_WITHIN_A_DAY, "gemtuzumab-reactions", "within 24 hours"),
        "liver-vod": Onset(_GEMTU_LIVER, "mylotarg-children", "VOD within 30 days after transplant"),
    },
    "inotuzumab-ozogamicin": {
        "infusion-reaction": Onset(_INOTU_REACTION, "besponsa-infusion", "cycle 1, shortly after the end"),
        "liver-vod": Onset(_INOTU_LIVER, "besponsa-warnings", "VOD up to 56 days after the last dose"),
    },
}


def onset_of(therapy: str, syndrome: str) -> Onset | None:
    return _ONSETS.get(therapy, {}).get(syndrome)
