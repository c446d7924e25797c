// The one registry of keys; the legend behind `?` is written from it.
import { claim, undoLast } from "./claim.js";
import { showByHand } from "./arrivals.js";
import { togglePause } from "./live.js";
import { current, deselect, nextAtRisk, open, step } from "./rows.js";
import { tell } from "./say.js";

const legend = document.getElementById("keys");
const go = (key) => () => document.querySelector(`.nav [data-key="${key}"]`)?.click();
// From the bare list the lead is opened first: its forms are in the panel.
const enter = (selector) => async () => {
  if (!document.querySelector(selector) && current()?.isConnected) await open();
  const target = document.querySelector(selector);
  const fold = target?.closest("details");
  if (fold) fold.open = true;
  if (target) target.focus();
  else tell("That cannot be done with this lead now.");
};

// keys, what it does, how. A key of two parts is typed one after the other.
export const KEYS = [
  [["j", "ArrowDown"], "Next row", () => move(1)],
  [["k", "ArrowUp"], "Previous row", () => move(-1)],
  [["Enter", "o"], "Open the lead", () => open()],
  [["Escape"], "Close, go back", () => deselect()],
  [["c"], "Claim", () => claim()],
  [["n"], "Next at risk", () => nextAtRisk()],
  [["."], "Show new leads", () => showByHand()],
  [["p"], "Pause or resume live updates", () => togglePause()],
  [["z"], "Undo my claim, or what I said it is", () => takeBack()],
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

// Enquiries to answer: the one that has the focus, else the first that nobody has answered.
const choices = () => [...document.querySelectorAll("[data-choices]")];
const chosen = () => document.activeElement.closest("[data-choices]");
let answered = null;

function move(by) {
  const all = choices();
  if (!all.length) return step(by);
  const at = all.indexOf(chosen());
  all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))].focus();
}

// The next one has the focus at once; the answer comes into the place of the one before.
function choose(number) {
  const row = chosen() ?? document.querySelector("[data-choices]:not([data-said])");
  const button = row?.querySelector(`[data-choice="${number}"]`);
  if (!button) return;
  answered = row.id;
  button.click();
  (row.nextElementSibling ?? row).focus();
}

function takeBack() {
  const button = document.getElementById(answered)?.querySelector("[data-undoes]");
  if (button) button.click();
  else undoLast();
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
  const isHere = (keys) => keys.every((key) => !key.startsWith("g ") || document.querySelector(`.nav [data-key="${key[2]}"]`));
  for (const [keys, words] of KEYS.filter(([keys]) => isHere(keys))) {
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
  const act = byKey.get(two ?? event.key);
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
