"""Routes of one's own data."""

from django.urls import path, re_path

from tracker.accounts.views import addresses, privacy, sign_in_mails

urlpatterns = [
    path("children/<uuid:child_id>/export/", privacy.export, name="export"),
    path("children/<uuid:child_id>/erase/", privacy.erase, name="erase"),
    path("account/erase/", privacy.erase_account, name="erase-account"),
    # allauth's own addresses, before its own: with our rules.
    path("account/email/", addresses.Addresses.as_view(), name="account_email"),
    path("account/password/set/", addresses.set_password, name="account_set_password"),
    re_path(
        r"^account/confirm-email/(?P<key>[-:\w]+)/$",
        addresses.ConfirmAddress.as_view(),
        name="account_confirm_email",
    ),
    path(
        "account/login/code/confirm/", sign_in_mails.ConfirmCode.as_view(), name="account_confirm_login_code"
    ),
    path(
        "account/password/reset/done/", sign_in_mails.LinkSent.as_view(), name="account_reset_password_done"
    ),
]
