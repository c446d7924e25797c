"""The clause about the model: who puts a better one live, and what stops it."""

from typing import Annotated, Literal

from pydantic import Field

from leadboard.playbook.values import Line, Section


class Learning(Section):
    """`promotion`: a challenger that proved better goes live by itself, or waits for a person. `blocks`:
    which breaches of the four-fifths rule hold it back until somebody signs: those that the outcomes do not
    bear out, or every one. `own_groups`: the firm's own fields that the fairness report looks at besides
    ours.
    """

    promotion: Literal["automatic", "by_hand"] = "automatic"
    blocks: Literal["unexplained", "every"] = "unexplained"
    own_groups: Annotated[list[Line], Field(max_length=10)] = []
