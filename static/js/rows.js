// The selected row, and the same lead beside the feed on a wide screen.
import { settle } from "./patch.js";

const feed = document.getElementById("feed");
const panel = document.getElementById("panel");
const wide = window.matchMedia("(width >= 64rem)");
const nothing = panel?.innerHTML;

export const rows = () => (feed ? [...feed.querySelectorAll(".row")] : []);
export const current = () => feed?.querySelector(".row[aria-current]") ?? document.activeElement?.closest?.(".row");

export function select(row, { focus = true } = {}) {
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
  if (panel?.querySelector("[data-panel]") && wide.matches) void openPanel(row, false);
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
  if (panel?.querySelector("[data-panel]")) return closePanel();
  const row = feed?.querySelector(".row[aria-current]");
  row?.removeAttribute("aria-current");
  document.getElementById("feed")?.querySelector(".row")?.setAttribute("tabindex", "0");
}

export function open(row = current()) {
  if (!row) return;
  if (panel && wide.matches) void openPanel(row, true);
  else location.assign(row.querySelector("h2 a").href);
}

async function openPanel(row, focus) {
  const id = row.dataset.lead;
  const answer = await fetch(`/leads/${id}/panel/`);
  if (!answer.ok || answer.redirected) return location.assign(row.querySelector("h2 a").href);
  panel.innerHTML = await answer.text();
  settle(panel);
  panel.scrollTop = 0;
  if (focus) document.getElementById("panel-h")?.focus();
}

export function closePanel() {
  const id = panel.querySelector("[data-panel]")?.dataset.panel;
  panel.innerHTML = nothing;
  (document.getElementById(`lead-${id}`) ?? rows()[0])?.focus();
}

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
  const busy = panel.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, button, summary");
  const row = document.getElementById(`lead-${panel.querySelector("[data-panel]")?.dataset.panel}`);
  if (row && !busy) void openPanel(row, false);
});
