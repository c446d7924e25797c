// The one registry of keys; the legend behind `?` is written from it.
import { claim, undoLast } from "./claim.js";
import { showByHand } from "./arrivals.js";
import { togglePause } from "./live.js";
import { deselect, nextAtRisk, open, step } from "./rows.js";

const legend = document.getElementById("keys");
const go = (key) => () => document.querySelector(`.nav [data-key="${key}"]`)?.click();
const enter = (selector) => () => {
  const target = document.querySelector(selector);
  const fold = target?.closest("details");
  if (fold) fold.open = true;
  target?.focus();
};

// keys, what it does, how. A key of two parts is typed one after the other.
export const KEYS = [
  [["j", "ArrowDown"], "Next row", () => step(1)],
  [["k", "ArrowUp"], "Previous row", () => step(-1)],
  [["Enter", "o"], "Open the lead", () => open()],
  [["Escape"], "Close, go back", () => deselect()],
  [["c"], "Claim", () => claim()],
  [["n"], "Next at risk", () => nextAtRisk()],
  [["."], "Show new leads", () => showByHand()],
  [["p"], "Pause or resume live updates", () => togglePause()],
  [["z"], "Undo my claim", () => undoLast()],
  [["r"], "Reject", enter('form[action$="/reject/"] input:not([type=hidden])')],
  [["b"], "Hand back to marketing", enter('form[action$="/hand-back/"] input:not([type=hidden])')],
  [["d"], "Duplicate of…", enter("[data-duplicate]")],
  [["l c"], "Log a call", enter("[data-log=call]")],
  [["l e"], "Log an e-mail", enter("[data-log=email]")],
  [["l n"], "Write a note", enter("#log textarea")],
  [["1", "2", "3", "4", "5"], "Say what an enquiry is", (event) => choose(event.key)],
  [["/"], "Search", () => document.getElementById("q")?.select()],
  [["g f"], "Go to the feed", go("f")],
  [["g m"], "Go to mine", go("m")],
  [["g n"], "Go to nurture", go("n")],
  [["g s"], "Go to SLA", go("s")],
  [["?"], "All keys", () => showLegend()],
];

// The row that has the focus answers, else the first one; nothing happens where there is nothing to choose.
function choose(number) {
  const row = document.activeElement.closest("[data-choices]") ?? document.querySelector("[data-choices]");
  row?.querySelector(`[data-choice="${number}"]`)?.click();
}

const byKey = new Map(KEYS.flatMap(([keys, , act]) => keys.map((key) => [key, act])));
const prefixes = new Set([...byKey.keys()].filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));
const FOLLOWS_WITHIN = 1500;
let prefix = null;
let prefixAt = 0;

function showLegend() {
  if (!legend.open) legend.showModal();
}

function writeLegend() {
  const list = document.getElementById("keys-list");
  for (const [keys, words] of KEYS) {
    const term = document.createElement("dt");
    for (const key of keys.flatMap((one) => one.split(" "))) term.append(Object.assign(document.createElement("kbd"), { textContent: key.replace("Arrow", "") }), " ");
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  }
}

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open]");
const isOwnKey = (event) => ["Enter", "ArrowDown", "ArrowUp"].includes(event.key) && event.target.closest("a, button, summary, .menu");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") closeMenus();
  if (isTyping(event.target)) return void (event.key === "Escape" && event.target.blur?.());
  if (isOwnKey(event)) return;
  const two = prefix && performance.now() - prefixAt < FOLLOWS_WITHIN ? `${prefix} ${event.key}` : null;
  prefix = null;
  const act = (two && byKey.get(two)) ?? byKey.get(event.key);
  if (!two && prefixes.has(event.key)) {
    prefix = event.key;
    prefixAt = performance.now();
  } else if (act) {
    event.preventDefault();
    act(event);
  }
});

function closeMenus() {
  for (const menu of document.querySelectorAll("details.drop[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => event.target.closest("[data-opens=keys]") && showLegend());
if (legend) writeLegend();
