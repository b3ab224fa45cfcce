import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("THING", "THING_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("typed", "meant"), [("1", True), ("YES", True), (" on ", True), ("0", False), ("no", False)]
)
def test_a_flag_is_read(monkeypatch, typed, meant):
    monkeypatch.setenv("THING", typed)
    assert env.flag("THING", default=not meant) is meant


@pytest.mark.parametrize(
    "read", [env.flag, lambda name: env.number(name, 1), lambda name: env.site(name, "")]
)
def test_what_is_malformed_is_refused_by_name_and_not_repeated(monkeypatch, read):
    monkeypatch.setenv("THING", "hunter2 or so")
    with pytest.raises(ImproperlyConfigured, match="THING") as refused:
        read("THING")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("typed", ["-1", "1.5", "1e3", "٣", "x", "0"])
def test_an_odd_number_is_refused(monkeypatch, typed):
    monkeypatch.setenv("THING", typed)
    with pytest.raises(ImproperlyConfigured, match="THING must be a whole number, 1 or more"):
        env.number("THING", 5, least=1)


def test_empty_counts_as_absent(monkeypatch):
    monkeypatch.setenv("THING", "  ")
    assert env.text("THING", "default") == "default"
    assert env.number("THING", 7) == 7
    assert env.flag("THING", default=True) is True


def test_a_secret_comes_from_the_variable_then_its_file_then_the_house(monkeypatch, tmp_path):
    own, named = tmp_path / "own", tmp_path / "named"
    assert env.secret("THING", own) == ""
    own.write_text("own\n")
    assert env.secret("THING", own) == "own"
    named.write_text("named\n")
    monkeypatch.setenv("THING_FILE", str(named))
    assert env.secret("THING", own) == "named"
    monkeypatch.setenv("THING", "direct")
    assert env.secret("THING", own) == "direct"


def test_a_secret_file_that_is_not_there_is_an_error_not_another_secret(monkeypatch, tmp_path):
    own = tmp_path / "own"
    own.write_text("own")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "typo"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE cannot be read"):
        env.secret("THING", own)


def test_the_sites_address_says_whether_it_is_https(monkeypatch):
    monkeypatch.setenv("THING", "https://nightlight.example/")
    assert env.site("THING", "") == ("https://nightlight.example", "nightlight.example", True)


@pytest.mark.parametrize(
    "typed", ["nightlight.example", "ftp://nightlight.example", "https://", "https://a.example/path"]
)
def test_an_address_that_is_none_is_refused(monkeypatch, typed):
    monkeypatch.setenv("THING", typed)
    with pytest.raises(ImproperlyConfigured, match="THING must look like"):
        env.site("THING", "")


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+tls://mail.example", 587, True, False),
        ("smtps://mail.example:4650", 4650, False, True),
    ],
)
def test_a_mail_server_is_one_url(monkeypatch, url, port, tls, ssl):
    monkeypatch.setenv("THING", url)
    found = env.mail("THING")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_a_mail_password_may_hold_any_sign(monkeypatch):
    monkeypatch.setenv("THING", "smtps://night%40light:p%2Fa%3Ass@mail.example")
    found = env.mail("THING")
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("night@light", "p/a:ss")


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_a_mail_url_that_is_none_is_refused(monkeypatch, url):
    monkeypatch.setenv("THING", url)
    with pytest.raises(ImproperlyConfigured, match="THING must look like"):
        env.mail("THING")


@pytest.mark.parametrize(
    "wrong", ["twilio://api.twilio.com/+1555", "twilio://a:b@api.twilio.com", "https://a:b@sms.example/+1555"]
)
def test_a_gateway_that_cannot_be_one_is_refused_by_name(monkeypatch, wrong):
    monkeypatch.setenv("SMS_URL", wrong)
    with pytest.raises(ImproperlyConfigured, match="SMS_URL"):
        env.sms("SMS_URL")


def test_a_gateway_is_optional(monkeypatch):
    monkeypatch.delenv("SMS_URL", raising=False)
    assert env.sms("SMS_URL") == ""
    monkeypatch.setenv("SMS_URL", "twilio://a:b@api.twilio.com/+1555")
    assert env.sms("SMS_URL").startswith("twilio://")


def test_a_contact_that_nobody_can_write_to_is_refused(monkeypatch):
    monkeypatch.setenv("SECURITY_CONTACT", "security at the hospital")
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT"):
        env.contact("SECURITY_CONTACT")
    monkeypatch.setenv("SECURITY_CONTACT", "https://hospital.example/security")
    assert env.contact("SECURITY_CONTACT") == "https://hospital.example/security"


def test_a_mailbox_is_one_url_and_may_have_any_password(monkeypatch):
    assert env.mailbox("THING") is None
    monkeypatch.setenv("THING", "imaps://bounces%40a.example:p%2Fw%20d@mail.example/Came%20back")
    about = {"host": "mail.example", "port": 993, "user": "bounces@a.example"}
    assert env.mailbox("THING") == about | {"password": "p/w d", "folder": "Came back"}


@pytest.mark.parametrize("wrong", ["imap://a:hunter2@mail.example", "imaps://mail.example", "hunter2"])
def test_a_mailbox_that_is_none_or_read_in_the_open_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("THING", wrong)
    with pytest.raises(ImproperlyConfigured, match="THING must look like imaps") as refused:
        env.mailbox("THING")
    assert "hunter2" not in str(refused.value)
