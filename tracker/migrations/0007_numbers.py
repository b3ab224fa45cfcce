"""Telephone numbers as they are read since: what was typed before may hold a (0), brackets or two numbers."""

from django.db import migrations, models
from django.db.models import Q

from tracker.lib import time_zones
from tracker.lib import telephone


def read_again(apps, schema_editor):
    Child, CareTeam = (apps.get_model("tracker", name) for name in ("Child", "CareTeam"))
    for team in CareTeam.objects.all():
        _read(team, ("day_number", "night_number"), time_zones.country_of(team.time_zone))
    for child in Child.objects.select_related("care_team"):
        if len(telephone.all_in(child.emergency_number, child.country)) > 1:
            child.emergency_number = ""  # 112 / 911: the one of the country stands in
            child.save(update_fields=["emergency_number"])
        _read(child, ("emergency_number",), child.country)
        _read(child, ("call_back_number",), time_zones.country_of(child.care_team.time_zone))


def _read(row, names, country):
    """Only what is one number for sure: of two, the pages show both apart, and the form asks."""
    before = {name: getattr(row, name) for name in names}
    for name, text in before.items():
        found = telephone.all_in(text, country)
        if len(found) == 1 and len(found[0].kept) <= telephone.AT_MOST:
            setattr(row, name, found[0].kept)
    if changed := [name for name, text in before.items() if getattr(row, name) != text]:
        row.save(update_fields=changed)


class Migration(migrations.Migration):
    dependencies = [("tracker", "0006_record")]

    operations = [
        migrations.AddField("careteam", "second_number", models.CharField(blank=True, default="", max_length=32), False),
        migrations.AddField("child", "home_care_number", models.CharField(blank=True, default="", max_length=32), False),
        migrations.AlterField("child", "emergency_number", models.CharField(blank=True, max_length=32)),
        migrations.AddField("membership", "callback_number", models.CharField(blank=True, default="", max_length=32), False),
        migrations.AddField("membership", "callback_order", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("membership", "callback_confirmed_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=Q(callback_confirmed_at=None) | ~Q(callback_number=""), name="only_a_number_is_confirmed"
            ),
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=Q(callback_number="") | Q(child__isnull=False, ended_at=None),
                name="only_a_familys_member_is_called_back",
            ),
        ),
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
