"""What a mail links to; mounted at unsubscribe/."""

from django.urls import path

from handoff.mailing.unsubscribe import unsubscribe

app_name = "mail"
urlpatterns = [path("<str:token>/", unsubscribe, name="unsubscribe")]
