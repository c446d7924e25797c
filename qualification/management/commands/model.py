"""`manage.py model`: which model judges; promote, roll back; drift, fairness and the log, on demand.

What cannot be done ends with 2 and says what stands in the way.
"""

from django.core.management.base import BaseCommand, CommandError

from leadboard.http.problems import Problem
from leadboard.leads.clock import db_now
from leadboard.people.models import User
from qualification.governance import acts, reporting, shadow, signing, standing, trying, watching
from qualification.governance.models import Act, FairnessReport
from qualification.governance.wording import in_words
from qualification.models import ScoringModel


class Command(BaseCommand):
    """Which model judges, and whether it may."""

    help = __doc__

    def add_arguments(self, parser):
        """Declare the acts."""
        does = parser.add_subparsers(dest="act", required=True)
        does.add_parser("list", help="all models, and what stands between each challenger and going live")
        promote = does.add_parser("promote", help="put a challenger live")
        back = does.add_parser("rollback", help="put an earlier model live again, or the scorecard")
        promote.add_argument("number", type=int)
        back.add_argument("number", type=int, nargs="?", help="an earlier model; without it the scorecard")
        sign = does.add_parser("sign", help="take the breaches of a fairness report on oneself")
        sign.add_argument("report", type=int)
        for act in (promote, back, sign):
            act.add_argument("--why", default="", help="the reason, kept for good")
            act.add_argument("--by", metavar="EMAIL", required=act is sign, help="who decided it")
        does.add_parser("try", help="score challengers in shadow and look at whose look is due")
        does.add_parser("drift", help="read drift now")
        does.add_parser("fairness", help="the report of last month")
        does.add_parser("log", help="who did what; fails when an entry was changed")

    def handle(self, *args, **options):
        """Do the act; a refusal becomes its message and exit code 2."""
        try:
            getattr(self, "do_" + options["act"])(options)
        except Problem as problem:
            raise CommandError(problem.detail, returncode=2) from problem

    def do_list(self, options):
        """Print one line a model."""
        for model in ScoringModel.objects.order_by("number").defer("content"):
            self.stdout.write(f"{model.number:>4}  {model.state:<10}  {model.outcomes} outcomes")
            for words in standing.obstacles(model) if model.state == "challenger" else []:
                self.stdout.write(f"      {words}")
        if standing.live_model() is None:
            self.stdout.write("The scorecard judges.")

    def do_promote(self, options):
        """Put it live."""
        model = self.model(options["number"])
        standing.promote(model, by=self.person(options["by"]), why=options["why"])
        self.stdout.write(f"Model {model.number} judges now.")

    def do_rollback(self, options):
        """Go back; whoever has the console may."""
        model = self.model(options["number"]) if options["number"] else None
        standing.roll_back(model, by=self.person(options["by"]), why=options["why"])
        self.stdout.write(f"Model {model.number} judges again." if model else "The scorecard judges again.")

    def do_sign(self, options):
        """Sign a report."""
        report = FairnessReport.objects.filter(pk=options["report"]).first()
        if report is None:
            raise CommandError(f"there is no fairness report {options['report']}", returncode=2)
        signing.sign(report, by=self.person(options["by"]), why=options["why"])
        self.stdout.write("Signed.")

    def do_try(self, options):
        """Score in shadow, look, and promote what goes live by itself."""
        stored = shadow.score_all()
        promoted = trying.decide()
        self.stdout.write(f"{stored} leads scored in shadow; {promoted or 'nothing'} went live.")

    def do_drift(self, options):
        """Print tonight's readings, alarms first."""
        for one in sorted(watching.watch(db_now()), key=lambda one: not one.alarm):
            mark = "ALARM" if one.alarm else "     "
            self.stdout.write(
                f"{mark} {one.value:.3f} of {one.limit:.3f}  {in_words(one.measure, one.field)}"
            )

    def do_fairness(self, options):
        """Print what is below four fifths."""
        report = reporting.of_month(reporting.last_month(db_now()))
        if report is None:
            self.stdout.write("No lead was judged last month.")
            return
        self.stdout.write(f"Report {report.pk}: {report.leads} leads, {report.breaches} breaches that block.")
        for one in report.findings:
            if one["state"] in ("breach", "borne_out", "chance"):
                group = f"{one['attribute']} {one['group']}, {one['selection']}"
                self.stdout.write(f"  {one['state']:<10} {one['ratio']:.2f} of {one['to']}: {group}")

    def do_log(self, options):
        """Print the log, and check it."""
        for act in Act.objects.select_related("model", "by").order_by("id"):
            what = act.model or "the scorecard"
            self.stdout.write(
                f"{act.at:%Y-%m-%d %H:%M}  {act.kind:<11} {what}  {act.by or 'by itself'}  {act.why}"
            )
        fault = acts.first_fault()
        if fault:
            raise CommandError(fault)

    def model(self, number):
        """Return the model of this number."""
        found = ScoringModel.objects.filter(number=number).first()
        if found is None:
            raise CommandError(f"there is no model {number}", returncode=2)
        return found

    def person(self, email):
        """Return who decided it, or None."""
        found = User.objects.filter(email__iexact=email).first() if email else None
        if email and found is None:
            raise CommandError(f"nobody here has the address {email}", returncode=2)
        return found
