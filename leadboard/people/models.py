"""User and Team."""

import zoneinfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Now


def validate_zone(name):
    """Refuse a time zone that the zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is not a time zone such as Europe/Berlin")


class Role(models.TextChoices):
    """What a person is here for; admins may do whatever managers may."""

    REP = "rep", "Rep"
    MARKETER = "marketer", "Marketer"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Admin"


class Availability(models.TextChoices):
    """Available gets assignments; busy and away keep their work but get none; out is handed on."""

    AVAILABLE = "available", "Available"
    BUSY = "busy", "Busy"
    AWAY = "away", "Away"
    OUT = "out", "Out of office"


class Tier(models.TextChoices):
    """What a team's reps are there for: pre-sales finds out whether there is a case, sales closes it."""

    SALES = "sales", "Sales"
    PRESALES = "presales", "Pre-sales"


class Team(models.Model):
    """People who share a territory (country codes; empty means everywhere)."""

    name = models.CharField(max_length=80, unique=True)
    territory = models.JSONField(default=list, blank=True)
    tier = models.CharField(max_length=8, choices=Tier, default=Tier.SALES)
    inbound = models.BooleanField(default=False, help_text="Alerted when nobody answers a lead in time.")

    def __str__(self):
        return self.name


class People(BaseUserManager["User"]):
    """Makes users; e-mail addresses are compared without case."""

    def create_user(self, email, password=None, **fields):
        """Return a new user; without a password the account can only be signed in by a reset link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        """Return the user of this address, in any spelling of its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who works here. The role says what they may do; `leadboard.people.rights` reads it."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role, default=Role.REP)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    territory = models.JSONField(default=list, blank=True, help_text="Country codes; empty: the team's.")
    languages = models.JSONField(default=list, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    hours = models.JSONField(
        null=True, blank=True, help_text="A calendar as in the playbook; empty: its default."
    )
    availability = models.CharField(max_length=12, choices=Availability, default=Availability.AVAILABLE)
    cap = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most open claims; empty: the playbook's."
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self):
        return self.name or self.email

    @property
    def initials(self):
        """Return one or two letters for the avatar."""
        words = [word for word in self.name.split() if word]
        letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
        return "".join(letters).upper() or self.email[:1].upper()

    @property
    def first_name(self):
        """Return the name colleagues use on the board."""
        return self.name.split()[0] if self.name.split() else self.email
