"""The page on which everybody reads what was agreed."""

from django.http import Http404
from django.shortcuts import render

from leadboard.people.rights import requires
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion
from leadboard.playbook.plain import in_words


@requires("see_playbook")
def show(request, number=None):
    """A version of the agreement in plain words and as text; without a number the one in force."""
    try:
        playbook = versions.active() if number is None else versions.by_number(number)
    except PlaybookVersion.DoesNotExist as error:
        raise Http404(f"There is no version {number} of the playbook.") from error
    rows = PlaybookVersion.objects.select_related("created_by").defer("text", "digest")
    shown = PlaybookVersion.objects.select_related("created_by").get(number=playbook.version)
    context = {"playbook": playbook, "chapters": in_words(playbook), "shown": shown, "versions": rows[:100]}
    return render(request, "playbook/show.html", context)
