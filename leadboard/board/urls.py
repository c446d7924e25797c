"""The board's addresses; `changes` is what a page asks for after a gap."""

from django.urls import path

from leadboard.board import changes, exports, views

app_name = "board"
urlpatterns = [
    path("", views.board, name="feed"),
    path("mine/", views.mine, name="mine"),
    path("export/leads.csv", exports.leads, name="export"),
    path("export/mine.csv", exports.mine, name="export-mine"),
    path("board/counts/", views.counts, name="counts"),
    path("board/changes/", changes.since, name="changes"),
]
