// The selected row, and the same lead beside the feed on a wide screen.
import { parse, replace, settle } from "./patch.js";
import { tell } from "./say.js";
import { isInUse } from "./use.js";

const feed = document.getElementById("feed");
const panel = document.getElementById("panel");
const wide = window.matchMedia("(width >= 64rem)");
const nothing = panel?.innerHTML;

export const rows = () => (feed ? [...feed.querySelectorAll(".row")] : []);
export const current = () => feed?.querySelector(".row[aria-current]") ?? document.activeElement?.closest?.(".row");

export function select(row, { focus = true, draw = true } = {}) {
  if (!row) return;
  const before = feed.querySelector(".row[aria-current]");
  if (before && before !== row) {
    before.removeAttribute("aria-current");
    before.tabIndex = -1;
  }
  row.setAttribute("aria-current", "true");
  row.tabIndex = 0;
  if (focus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (draw && isPanelOpen()) void openPanel(row, false);
}

export function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  select(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]);
}

const RISK = ["over", "last", "soon"];

export function nextAtRisk() {
  const all = rows();
  const at = all.indexOf(current());
  const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  select(order.find((row) => row.dataset.desk !== "taken" && RISK.includes(row.querySelector(".clock").dataset.state)));
}

export function deselect() {
  if (shown()) return closePanel();
  const row = feed?.querySelector(".row[aria-current]");
  row?.removeAttribute("aria-current");
  document.getElementById("feed")?.querySelector(".row")?.setAttribute("tabindex", "0");
}

export function open(row = current()) {
  if (!row) return undefined;
  if (panel && wide.matches) return openPanel(row, true);
  return location.assign(row.querySelector("h2 a").href);
}

const shown = () => panel?.querySelector("[data-panel]")?.dataset.panel;
export const isPanelOpen = () => Boolean(shown() && wide.matches);
let wanted = null;

// The last row that was asked for is shown, whatever the order of the answers; the same lead keeps its scroll.
async function openPanel(row, focus) {
  const id = row.dataset.lead;
  wanted = id;
  const answer = await fetch(`/leads/${id}/panel/`).catch(() => null);
  if (wanted !== id) return;
  if (!answer) return tell("The server cannot be reached. What is shown stays as it is.");
  if (!answer.ok || answer.redirected) return location.assign(row.querySelector("h2 a").href);
  const html = await answer.text();
  if (wanted !== id) return;
  const held = panel.contains(document.activeElement);
  if (shown() === id) redraw(html);
  else draw(html);
  if ((focus || held) && !panel.contains(document.activeElement)) document.getElementById("panel-h")?.focus();
}

function draw(html) {
  panel.innerHTML = html;
  settle(panel);
  panel.scrollTop = 0;
}

// Of the lead that is shown already, each part is drawn anew, but for those in which somebody is at work.
function redraw(html) {
  const [page] = parse(html);
  for (const fresh of page.querySelectorAll(":scope > [id], :scope > .parts > [id]")) {
    const old = document.getElementById(fresh.id);
    if (old && !isInUse(old) && old.outerHTML !== fresh.outerHTML) replace(fresh);
  }
}

// After a claim: beside an open panel one stays with the lead and calls; in the bare list one goes on to the next.
export function stayWith(row) {
  const focus = panel.contains(document.activeElement) || document.activeElement === document.body;
  select(row, { focus: !focus, draw: false });
  void openPanel(row, focus);
}

export function closePanel() {
  const id = shown();
  wanted = null;
  panel.innerHTML = nothing;
  (document.getElementById(`lead-${id}`) ?? rows()[0])?.focus();
}

const views = document.querySelector(".views-list");
const chosen = views?.querySelector("[aria-current]");
if (chosen) views.scrollLeft = chosen.offsetLeft - (views.clientWidth - chosen.offsetWidth) / 2;

if (feed) {
  const first = rows()[0];
  if (first) first.tabIndex = 0;
  feed.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row || event.target.closest(".row-act, .more") || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (!panel || !wide.matches) return;
    event.preventDefault();
    select(row, { focus: false });
    open(row);
  });
}
panel?.addEventListener("click", (event) => event.target.closest("[data-closes=panel]") && closePanel());
document.addEventListener("panel-changed", () => {
  const row = document.getElementById(`lead-${shown()}`);
  if (row) void openPanel(row, false);
});
