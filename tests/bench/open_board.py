"""Open leads as a firm has them: some thirty facts each, numbers, categories, behaviour and what they wrote;
hardly two are alike.
"""

import math
import random

WHO = ("We", "Our team", "I", "Our company", "My colleague", "The sales department")
DOES = (
    "need",
    "look for",
    "want to replace",
    "are thinking about",
    "evaluate",
    "would like to see",
    "ask about",
)
WHAT = (
    "a tool for our leads", "a quote", "your pricing", "a demo", "an integration with our CRM",
    "support for three offices", "training material", "an offer for the annual plan",
    "a comparison with our present vendor", "a reference customer",
)  # fmt: skip
HOW = (
    "for {seats} seats", "before {month}", "with a budget of {budget} euro", "as soon as possible",
    "next quarter", "for our office in {city}", "because the contract ends in {month}",
    "for {seats} people in {city}",
)  # fmt: skip
MONTHS = ("January", "March", "May", "July", "September", "November")
CITIES = ("Hamburg", "Lyon", "Leeds", "Turin", "Aarhus", "Ghent", "Graz", "Porto", "Brno", "Malmo")
TITLES = (
    "CEO", "Head of Sales", "Sales Manager", "Office Manager", "Student", "Founder", "VP Operations",
    "IT Lead", "Buyer", "Marketing Director", "Consultant", "Accountant",
)  # fmt: skip
INDUSTRIES = (
    "Logistics", "Retail", "Software", "Health", "Education", "Banking", "Travel", "Food", "Energy", "Media",
)  # fmt: skip
CHOICES = {
    "source": ("Web form", "Google", "Direct traffic", "Fair", "Referral", "LinkedIn", "Partner"),
    "lead_type": ("demo", "pricing", "content", "webinar", "hand_raiser", "other"),
    "country": ("DE", "FR", "GB", "IT", "DK", "BE", "AT", "PT", "CZ", "SE"),
    "email_kind": ("work", "work", "free", "role"),
    "weekday": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "enquiry_class": ("buying", "information", "unclear", "wrong_fit"),
    "title_level": ("c_level", "director", "manager", "staff"),
    "title": TITLES,
    "industry": INDUSTRIES,
    "plan": ("Basic", "Pro", "Max"),
    "heard_from": ("A colleague", "Search", "Advert", "Newsletter", "Fair"),
    "region": ("europe", "europe", "uk"),
}
SPREAD = {"employees": (4, 1.5), "revenue": (14, 2), "seats": (2, 1)}
BOUGHT = (
    "source", "lead_type", "country", "email_kind", "weekday", "enquiry_class", "title_level", "industry",
    "region", "employees", "has_phone", "hour",
)  # fmt: skip
LEFT_BLANK, WRITES, IS_FOLLOWED = 0.1, 0.6, 0.6


def leads(n, seed=1, *, is_bought=False):
    """Return (facts, ends) of n leads; `is_bought`: from a list, twelve facts and nothing that they did or
    wrote.
    """
    dice = random.Random(seed)
    rows = [_facts(dice) for _ in range(n)]
    if is_bought:
        rows = [{name: row[name] for name in BOUGHT if name in row} for row in rows]
    return rows, [int(dice.random() < 1 / (1 + math.exp(-_log_odds(row)))) for row in rows]


def _facts(dice):
    facts = {name: dice.choice(values) for name, values in CHOICES.items()}
    facts |= {name: float(round(dice.lognormvariate(*spread))) for name, spread in SPREAD.items()}
    facts["company"] = f"{dice.choice(CITIES)} {dice.choice(INDUSTRIES)} {dice.randrange(10_000)}"
    facts = {name: value for name, value in facts.items() if dice.random() > LEFT_BLANK}
    facts |= {"has_phone": dice.random() < 0.5, "target_account": dice.random() < 0.05}
    facts["hour"] = float(dice.randrange(24))
    if dice.random() < WRITES:
        facts["message"] = " ".join(_sentence(dice) for _ in range(dice.randint(1, 4)))
        facts["message_words"] = float(len(facts["message"].split()))
    return facts | (_behaviour(dice) if dice.random() < IS_FOLLOWED else {})


def _sentence(dice):
    words = " ".join(map(dice.choice, (WHO, DOES, WHAT, HOW)))
    said = {"seats": dice.randint(2, 400), "budget": 1000 * dice.randint(1, 90)}
    return words.format(**said, month=dice.choice(MONTHS), city=dice.choice(CITIES)) + "."


def _behaviour(dice):
    visits = dice.randint(1, 12)
    return {
        "touches": float(visits + dice.randrange(5)), "visits": float(visits),
        "visits_last_30_days": float(min(visits, dice.randrange(4))),
        "page_views": float(visits * dice.randint(1, 6)), "pricing_views": float(dice.randrange(3)),
        "seconds_on_site": float(round(dice.lognormvariate(5, 1.2))), "mail_opens": float(dice.randrange(4)),
        "days_since_touch": dice.random() * 60, "usual_hour": float(dice.randrange(24)),
        "device": dice.choice(("desktop", "phone")),
    }  # fmt: skip


def _log_odds(facts):
    """What this market buys: the larger plan, who wants to buy, looks at prices and asks for a quote."""
    return (
        -1.7
        + 0.8 * (facts.get("plan") == "Max")
        + 0.6 * (facts.get("enquiry_class") == "buying")
        + 0.4 * facts["has_phone"]
        + 0.4 * math.log1p(facts.get("pricing_views", 0))
        + 0.2 * (math.log1p(facts.get("employees", 50)) - 4)
        + 0.6 * ("quote" in facts.get("message", ""))
    )
