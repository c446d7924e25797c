"""The tables of `make bench-scoring`."""

from tests.bench.outcomes.protocol import Line

# Within this much two models are the same on a sample of this size.
NOISE_LOSS, NOISE_AUC = 0.01, 0.01
KEEP = " (if it was known at capture: keep:)"
FLOORS = ("scorecard (points / 100)", "scorecard + shrunk Platt", "CRM naive Bayes")


def head(table, left_out, suspicious):
    """Print what is measured, without what, and what somebody should look at first."""
    print(
        f"{len(table.won):,} leads with a known end, {sum(table.won) / len(table.won):.1%} won, oldest first"
    )
    for words in table.guessed:
        print(f"  guessed: {words}")
    for name, why in sorted(left_out.items()):
        print(f"  the learner leaves out {name}: {why}{KEEP if 'being blank alone' in why else ''}")
    for name, why in sorted(suspicious.items()):
        print(f"  look at {name}: {why} If not, leave it out with drop:")


def lines(found):
    """Print a line for each (name, Line or why there is none) as they come: folds, then the newest fifth."""
    names = (
        "AUC",
        "PR-AUC",
        "log-loss",
        "Brier",
        "ECE",
        "lift10",
        "lift20",
        "AUC",
        "log-loss",
        "ECE",
        "fit s",
    )
    print(f"\n{'':26}{'shuffled folds':^56}{'newest 20 %':^24}")
    print(f"{'':26}" + "".join(f"{name:>8}" for name in names))
    for name, line in found:
        if isinstance(line, str):
            print(f"{name:26}  {line}", flush=True)
            continue
        digits = [2 if field.startswith(("lift", "fit")) else 3 for field in Line._fields]
        print(f"{name:26}" + "".join(f"{v:8.{d}f}" for v, d in zip(line, digits, strict=True)), flush=True)


def curve(points, of):
    """Print log-loss / AUC by number of known ends (`of` which leads), and where the product is behind the
    best of those that need no statistics by more than noise (.01).
    """
    names = list(dict.fromkeys(name for found in points.values() for name in found))
    print(f"\nlearning curve, log-loss/AUC by number of known ends, {of}")
    print(f"{'':26}" + "".join(f"{n:>12,}" for n in points))
    for name in names:
        pairs = [found.get(name) for found in points.values()]
        cells = [f"{pair[0]:.3f}/{pair[1]:.3f}" if pair else "–" for pair in pairs]
        print(f"{name:26}" + "".join(f"{cell:>12}" for cell in cells))
    behind = [text for n, found in points.items() for text in _behind(n, found)]
    print(f"behind the better of scorecard and naive Bayes: {'; '.join(behind) or 'nowhere'}")


def _behind(n, found):
    rivals = [found[name] for name in FLOORS if name in found]
    if not rivals or "leadboard" not in found:
        return
    loss, auc = found["leadboard"]
    best_loss, best_auc = min(pair[0] for pair in rivals), max(pair[1] for pair in rivals)
    if loss > best_loss + NOISE_LOSS:
        yield f"n = {n}: log-loss {loss:.3f}, theirs {best_loss:.3f}"
    if auc < best_auc - NOISE_AUC:
        yield f"n = {n}: AUC {auc:.3f}, theirs {best_auc:.3f}"
