"""A table of its own, and the three columns of a child that a list of children cannot do without."""

from django.db import models


class Row(models.Model):
    text = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        app_label = "bare_site"  # in the site's own process it is no app

    def __str__(self) -> str:
        return self.text


class Child(models.Model):
    id = models.UUIDField(primary_key=True)
    care_team = models.UUIDField(db_column="care_team_id")
    nickname = models.TextField()
    last_log_at = models.DateTimeField()

    class Meta:
        app_label = "bare_site"
        managed = False
        db_table = "tracker_child"

    def __str__(self) -> str:
        return self.nickname
