import stat
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail


@pytest.fixture
def outbox(settings, tmp_path):
    settings.OUTBOX = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "tracker.messaging.channels.outbox.EmailBackend"
    return settings.OUTBOX


def test_a_mail_becomes_one_private_file(outbox):
    assert send_mail("Nightlight: time for a log", "Open: ü", None, ["mother@family.example"]) == 1
    (file,) = outbox.iterdir()
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert message["Subject"] == "Nightlight: time for a log"
    assert message.get_content().strip() == "Open: ü"
    assert stat.S_IMODE(outbox.stat().st_mode) == 0o700


def test_names_sort_by_time(outbox, clock):
    for number in range(3):
        send_mail(str(number), "", None, ["mother@family.example"])
        clock.shift(1)
    subjects = [message_from_bytes(file.read_bytes())["Subject"] for file in sorted(outbox.glob("*.eml"))]
    assert subjects == ["0", "1", "2"]


def test_what_cannot_be_written_leaves_no_half_a_file(outbox):
    mail = EmailMultiAlternatives("line\nbreak", "", None, ["mother@family.example"])
    with pytest.raises(ValueError, match="newlines"):
        mail.send()
    assert not list(outbox.glob("*"))
