// One timer for all clocks of the page. Thresholds and wording are those of leadboard/board/clockface.py.
const SERVER_NOW = Date.parse(document.querySelector('meta[name="now"]')?.content ?? "");
const skew = Number.isNaN(SERVER_NOW) ? 0 : SERVER_NOW - Date.now();
const zone = zoneOf(document.body.dataset.zone);
const short = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
const time = short({ hour: "2-digit", minute: "2-digit", hour12: false });
const weekday = short({ weekday: "short" });
const day = short({ day: "numeric", month: "short" });
const dayAndYear = short({ day: "numeric", month: "short", year: "numeric" });
const date = short({ year: "numeric", month: "2-digit", day: "2-digit" });

export const now = () => Date.now() + skew;

// UTC is what a person has before choosing: then the browser knows better.
function zoneOf(chosen) {
  return chosen && chosen !== "UTC" ? chosen : undefined;
}

function spell(seconds) {
  const s = Math.floor(seconds);
  const two = (n) => String(n).padStart(2, "0");
  if (s < 600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 36000) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))}`;
  return s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} days`;
}

function spellPast(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s >= 172800) return `${Math.floor(s / 86400)} days`;
  if (s >= 3600) return `${Math.floor(s / 3600)} h`;
  return s >= 60 ? `${Math.floor(s / 60)} min` : `${s} s`;
}

function stateOf(left, share) {
  if (left <= 0) return "over";
  if (left <= 60) return "last";
  return share <= 0.25 ? "soon" : share <= 0.5 ? "half" : "calm";
}

function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function drawOver(clock) {
  const dial = clock.querySelector("svg");
  if (dial.classList.contains("i")) return;
  dial.removeAttribute("viewBox");
  dial.classList.add("i");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#i-over");
  dial.replaceChildren(use);
}

function tick(clock, at) {
  const due = Date.parse(clock.dataset.due);
  const from = Date.parse(clock.dataset.from);
  const left = (due - at) / 1000;
  const share = due > from ? Math.max(0, Math.min(1, (due - at) / (due - from))) : 0;
  const state = stateOf(left, share);
  if (clock.dataset.state !== state) clock.dataset.state = state;
  write(clock.querySelector("time"), state === "over" ? spellPast(-left) : spell(left));
  write(clock.querySelector("i"), state === "over" ? "over" : "left");
  if (state === "over") {
    drawOver(clock);
    clock.closest(".row")?.setAttribute("data-late", "");
  } else {
    clock.querySelector(".d")?.setAttribute("stroke-dasharray", `${Math.round(share * 100)} 100`);
  }
}

function whenWords(moment, at) {
  const days = Math.abs(Math.round((Date.parse(date.format(at).split("/").reverse().join("-")) -
    Date.parse(date.format(moment).split("/").reverse().join("-"))) / 86400000));
  if (days === 0) return time.format(moment);
  if (days < 7) return `${weekday.format(moment)} ${time.format(moment)}`;
  const sameYear = new Date(moment).getFullYear() === new Date(at).getFullYear();
  return sameYear ? `${day.format(moment)} ${time.format(moment)}` : dayAndYear.format(moment);
}

function agoWords(moment, at) {
  const seconds = (at - moment) / 1000;
  return seconds < 60 ? "just now" : `${spellPast(seconds)} ago`;
}

// Draws what is inside a part of the page: every ticking clock and every time in the reader's zone.
export function draw(part = document) {
  const at = now();
  for (const clock of part.querySelectorAll(".clock[data-due]")) tick(clock, at);
  for (const node of part.querySelectorAll("time[data-as]")) {
    const moment = Date.parse(node.dateTime);
    write(node, node.dataset.as === "ago" ? agoWords(moment, at) : whenWords(moment, at));
  }
}

setInterval(() => {
  if (!document.hidden) draw();
}, 1000);
document.addEventListener("htmx:afterSettle", () => draw());
draw();
