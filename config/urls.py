from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.urls import include, path

# One login for everybody, with its rate limits and second factor. allauth wants it assigned, as nowhere else.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Addresses, passkeys and sessions belong to their owners: whoever could change them here could sign in as anybody.
for model in apps.get_models():
    if model._meta.app_label != "tracker" and admin.site.is_registered(model):
        admin.site.unregister(model)

urlpatterns = [
    path("", include("tracker.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "tracker.site.views.errors.bad_request"
handler403 = "tracker.site.views.errors.permission_denied"
handler404 = "tracker.site.views.errors.not_found"
handler500 = "tracker.site.views.errors.server_error"
