"""Cursor paging: stable under inserts, no OFFSET, no count."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Pages of 50 (1 to 200 by `page_size`), newest first, by an opaque `cursor`."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class InOrder(NewestFirst):
    """The same, oldest first: how a log is read."""

    ordering = "id"


class BySeq(NewestFirst):
    """The log of all leads, in the order of its dense `seq`."""

    ordering = "seq"
