"""The style sheets that every page has, as one file: a browser that was never here asks once and not three times."""

from pathlib import Path

from django.contrib.staticfiles.finders import AppDirectoriesFinder

from tracker.lib.written_files import WrittenFiles

WHOLE = "tracker/site.css"
PARTS = ("tracker/vendor/bootstrap/bootstrap-reboot.min.css", "tracker/tokens.css", "tracker/app.css")


class OneStyleSheet(WrittenFiles):
    folder_name = "styles"

    def names(self) -> tuple[str]:
        return (WHOLE,)

    def text(self, name: str) -> str:
        return whole()


def whole() -> str:
    """In the order in which they overrule each other."""
    apps = AppDirectoriesFinder()
    return "\n".join(Path(str(apps.find(part))).read_text() for part in PARTS)
