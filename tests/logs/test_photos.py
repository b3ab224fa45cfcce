"""Photos beside a log: added after the answer, seen by the family and the team, kept like the log."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.audit.test_sealed_record import Editor
from tests.support import photos
from tests.support.again import asked_again
from tests.support.pages import text
from tests.support.personas import NOW
from tracker.accounts.erasure import erase_child
from tracker.audit import sealed_rows
from tracker.audit.chain import seal
from tracker.audit.sealed_rows import KINDS, key_of
from tracker.audit.verify import verify
from tracker.lib.pictures import Picture
from tracker.logs.actions.photos import PER_LOG, add_photo
from tracker.logs.actions.record import Recorded
from tracker.logs.photos import BESIDE, photos_of
from tracker.logs.views import photos as view
from tracker.models import Alert, Assessment, AuditEvent, Child, Photo, SymptomLog, User, append_only

pytestmark = pytest.mark.usefixtures("night")
TINY = Picture(photos.jpeg(photos.picture((8, 6))), 8, 6)


@pytest.fixture
def logged(log: Callable[..., Recorded], child: Child) -> SymptomLog:
    return log(temperature=38.4).log


def send(who: User, log: SymptomLog, data: bytes | None, name: str = "IMG_1.jpg", **typed: str) -> Any:
    client = Client()
    client.force_login(who)
    sent: dict[str, Any] = {"kind": "rash", "client_uuid": str(uuid4())} | typed
    if data is not None:
        sent["photo"] = SimpleUploadedFile(name, data, "image/jpeg")
    return client.post(reverse("photos", args=[log.pk]), sent)


def add(log: SymptomLog, by: User, kind: str = "rash", picture: Picture = TINY) -> Photo:
    return add_photo(log=log, kind=kind, picture=picture, client_uuid=uuid4(), by=by, now=NOW)


@pytest.mark.hazard("H48")
def test_a_photo_is_added_without_its_place_and_shown_to_the_family_and_the_nurse(
    log: Callable[..., Recorded], ward_child: Child, mother: User, nurse: User
) -> None:
    recorded = log(temperature=38.4)
    answer = send(mother, recorded.log, photos.from_a_phone(), kind="line")
    assert answer.status_code == 303
    kept = Photo.objects.get()
    assert (kept.child, kept.log, kept.by, kept.kind) == (ward_child, recorded.log, mother, "line")
    assert (kept.width, kept.height, kept.received_at) == (400, 300, NOW)
    assert b"Exif" not in bytes(kept.jpeg)
    for who, page in ((mother, reverse("photos", args=[recorded.log.pk])), (nurse, review(ward_child))):
        client = Client()
        client.force_login(who)
        assert reverse("photo", args=[kept.pk]) in client.get(page).content.decode()


def review(child: Child) -> str:
    return reverse("nurse-child", args=[child.pk])


@pytest.mark.hazard("H48")
def test_no_photo_changes_an_answer_or_an_alert(logged: SymptomLog, mother: User) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (Assessment, Alert, SymptomLog)]
    assert send(mother, logged, photos.jpeg()).status_code == 303
    assert [
        list(model.objects.order_by("pk").values()) for model in (Assessment, Alert, SymptomLog)
    ] == before


def test_the_picture_is_sent_as_a_jpeg_that_nobody_keeps_or_takes_for_a_page(
    logged: SymptomLog, mother: User
) -> None:
    kept = add(logged, mother)
    client = Client()
    client.force_login(mother)
    answer = client.get(reverse("photo", args=[kept.pk]))
    assert Image.open(BytesIO(answer.content)).size == (8, 6)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "IMG" not in str(answer.headers)


@pytest.mark.hazard("H33")
def test_each_photo_that_a_nurse_opens_is_on_record(
    log: Callable[..., Recorded], ward_child: Child, mother: User, nurse: User
) -> None:
    kept = add(log(temperature=37.0).log, mother)
    client = Client()
    client.force_login(nurse)
    before = AuditEvent.objects.filter(verb="child.read").count()
    client.get(reverse("photo", args=[kept.pk]))
    assert (
        AuditEvent.objects.filter(verb="child.read", who=nurse.pk, child=ward_child.pk).count() == before + 1
    )


@pytest.mark.hazard("H48")
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "Choose a photo first."),
        (b"", "This file is no photo"),
        (photos.HTML, "This file is no photo"),
        (photos.HEIC, "HEIC"),
        (photos.bomb(), "too many points"),
        (photos.jpeg(photos.noise((300, 200)))[:-2000], "damaged or not whole"),
        (b"\xff\xd8" * 6_000_000, "larger than 10 megabytes"),
    ],
    ids=["nothing", "empty", "html", "heic", "bomb", "cut", "heavy"],
)
def test_what_is_no_photo_gets_a_sentence_and_the_log_is_kept(
    logged: SymptomLog, mother: User, data: bytes | None, says: str
) -> None:
    answer = send(mother, logged, data)
    assert answer.status_code == 422
    assert says in text(answer)
    assert "The photo was not added. Your log is saved." in text(answer)
    assert not Photo.objects.exists()
    assert SymptomLog.objects.count() == 1


def test_a_kind_that_nobody_asked_about_is_refused(logged: SymptomLog, mother: User) -> None:
    assert send(mother, logged, photos.jpeg(), kind="face").status_code == 422
    assert not Photo.objects.exists()


def test_a_double_tap_is_one_photo(logged: SymptomLog, mother: User) -> None:
    number = str(uuid4())
    for _tap in range(2):
        assert send(mother, logged, photos.jpeg(), client_uuid=number).status_code == 303
    assert Photo.objects.count() == 1


def test_no_log_fills_the_disk(logged: SymptomLog, mother: User) -> None:
    for _photo in range(PER_LOG):
        add(logged, mother)
    answer = send(mother, logged, photos.jpeg())
    assert answer.status_code == 422
    assert f"This log has {PER_LOG} photos" in text(answer)


@pytest.mark.hazard("H24")
def test_while_others_are_drawn_the_page_says_so_and_no_thread_waits_long(
    logged: SymptomLog, mother: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "AT_ONCE", view.InProgress(0))
    answer = send(mother, logged, photos.jpeg())
    assert answer.status_code == 503
    assert "Wait a minute" in text(answer)


# ---------------------------------------------------------------- beside the earlier ones


def test_photos_of_a_kind_stand_beside_each_other_with_the_first_of_all(
    log: Callable[..., Recorded], child: Child, mother: User
) -> None:
    logs = [log(temperature=37.0, hours_ago=hours).log for hours in range(BESIDE + 3)]
    own = [add(one, mother, "writing") for one in logs]
    add(logs[0], mother, "other")
    writing, other = photos_of(child)
    assert [photo.pk for photo in writing.photos] == [photo.pk for photo in (*own[:BESIDE], own[-1])]
    assert (writing.left_out, other.left_out) == (2, 0)
    assert len(other.photos) == 1


@pytest.mark.hazard("H33")
def test_who_sees_no_history_sees_the_photos_of_one_log_only(
    log: Callable[..., Recorded], child: Child, mother: User, helper: User
) -> None:
    older, newer = (add(log(temperature=37.0, hours_ago=hours).log, mother) for hours in (30, 1))
    for who, shown in ((mother, {older.pk, newer.pk}), (helper, {newer.pk})):
        client = Client()
        client.force_login(who)
        page = client.get(reverse("photos", args=[newer.log_id])).content.decode()
        assert {pk for pk in (older.pk, newer.pk) if reverse("photo", args=[pk]) in page} == shown


def test_a_page_of_photos_reads_no_bytes(
    logged: SymptomLog, mother: User, django_assert_num_queries: Any
) -> None:
    add(logged, mother)
    with django_assert_num_queries(2) as queries:
        photos_of(logged.child)
    assert not any('"jpeg"' in query["sql"] for query in queries.captured_queries)


def test_the_answer_and_each_log_of_the_days_lead_to_the_photos(logged: SymptomLog, mother: User) -> None:
    client = Client()
    client.force_login(mother)
    for name, pk in (("answer", logged.pk), ("log", logged.pk), ("days", logged.child_id)):
        page = client.get(reverse(name, args=[pk])).content.decode()
        assert f'href="{reverse("photos", args=[logged.pk])}"' in page, name


def test_the_gallery_stays_open_to_choose_from(logged: SymptomLog, mother: User) -> None:
    client = Client()
    client.force_login(mother)
    page = client.get(reverse("photos", args=[logged.pk])).content.decode()
    (field,) = re.findall(r'<input[^>]*type="file"[^>]*>', page)
    assert "capture" not in field
    assert 'enctype="multipart/form-data"' in page


# ---------------------------------------------------------------- kept like a log


@pytest.mark.hazard("H09")
def test_a_photo_is_never_changed_or_taken_out(logged: SymptomLog, mother: User) -> None:
    add(logged, mother)
    for sql in ("UPDATE tracker_photo SET kind = 'other'", "DELETE FROM tracker_photo"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            connection.cursor().execute(sql)


@pytest.mark.hazard("H09")
def test_the_chain_covers_every_byte_of_a_photo(logged: SymptomLog, mother: User) -> None:
    kept = [add(logged, mother) for _photo in range(3)]
    seal(now=NOW)
    assert verify().faults == []
    append_only.remove(Editor(), "tracker_photo")
    bent = bytearray(kept[1].jpeg)
    bent[-3] ^= 1
    Photo.objects.filter(pk=kept[1].pk).update(jpeg=bytes(bent))
    (fault,) = verify().faults
    assert key_of(kept[1].pk) in str(fault)


def test_photos_are_sealed_a_few_at_a_time(
    logged: SymptomLog, mother: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [add(logged, mother).pk for _photo in range(3)]
    monkeypatch.setitem(KINDS, "photo", replace(KINDS["photo"], together=1))
    monkeypatch.setattr(sealed_rows, "_items", lambda kind, pks: {key_of(*pks): pks})
    assert sealed_rows.items("photo", kept) == {key_of(pk): [pk] for pk in kept}


def test_a_family_takes_its_photos_along(logged: SymptomLog, mother: User) -> None:
    kept = add(logged, mother)
    answer = asked_again(mother).post(reverse("export", args=[logged.child_id]))
    archive = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.read(f"photos/{kept.pk}.jpg") == TINY.jpeg
    (row,) = json.loads(archive.read("everything.json"))["photo"]
    assert (row["log_id"], row["kind"], "jpeg" in row) == (str(logged.pk), "rash", False)
    assert str(kept.pk) in archive.read("photo.csv").decode()


def test_photos_go_with_their_child_and_the_chain_still_holds(logged: SymptomLog, mother: User) -> None:
    add(logged, mother)
    seal(now=NOW)
    erase_child(child=logged.child, by=mother, now=NOW)
    seal(now=NOW)
    assert not Photo.objects.exists()
    assert verify().faults == []
