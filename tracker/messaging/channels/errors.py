"""How a channel says that a message was not sent."""

from collections.abc import Collection


class SendError(Exception):
    """It was not sent. `is_permanent`: nor will it be. `is_unknown`: or it was, and nobody told us.

    `dead`: addresses that need not be tried again. `retry_after`: seconds that the other side asked for.
    """

    def __init__(
        self,
        code: str,
        *,
        is_permanent: bool = False,
        is_unknown: bool = False,
        dead: Collection[str] = (),
        retry_after: int = 0,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.is_permanent = is_permanent
        self.is_unknown = is_unknown
        self.dead = dead
        self.retry_after = retry_after


def seconds_asked(header: str | None) -> int:
    """Of a Retry-After; 0 where it says a date, or nothing that can be meant."""
    text = header or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
