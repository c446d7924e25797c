"""manage.py train: learn from the outcomes so far, and go live with what was learnt if it is better."""

from django.core.management.base import BaseCommand

from qualification.learning.promotion import train
from qualification.models import ModelState
from qualification.score.figures import Figures


class Command(BaseCommand):
    help = "Fit on the oldest 80 % of outcomes, look at the newest 20 %, promote what wins there."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, store nothing")
        parser.add_argument(
            "--keep",
            action="append",
            default=[],
            metavar="FIELD",
            help="use this field although it looks as if it was filled in after contact",
        )

    def handle(self, *, dry_run, keep, **options):
        report, model = train(dry_run=dry_run, keep=keep)
        self.stdout.write(
            f"{report.outcomes} outcomes: {report.won} won, {report.outcomes - report.won} not."
        )
        for name, why in sorted(report.left_out.items()):
            self.stdout.write(f"  left out  {name}: {why}")
        for name, why in sorted(report.suspicious.items()):
            self.stdout.write(f"  look at   {name}: {why}")
        for name, figures in report.newest.items():
            self.stdout.write(f"  {name:<10} {said(figures)}")
        self.stdout.write(report.why[:1].upper() + report.why[1:])
        if dry_run:
            self.stdout.write("Dry run: nothing was stored.")
        elif model:
            state = "is live now" if model.state == ModelState.LIVE else "is kept as a challenger, not live"
            self.stdout.write(f"Model {model.number} {state}.")


def said(figures: Figures) -> str:
    """The figures of one model in one line."""
    auc = "–" if figures["auc"] is None else f"{figures['auc']:.3f}"
    return (
        f"newest {figures['n']}: AUC {auc}  log-loss {figures['log_loss']:.3f}  ECE {figures['ece']:.3f}  "
        f"lift@10 % {figures['lift_10']:.2f}  lift@20 % {figures['lift_20']:.2f}"
    )
