// Puts fragments in place: by id, smallest first, without ever dropping the focus.
import { draw } from "./clocks.js";

const me = document.body.dataset.me;
// A part whose act is under way waits: the reply brings the same, or gives it back when there is none.
const waiting = new WeakMap();
const parser = document.createElement("template");

export function parse(html) {
  parser.innerHTML = html;
  return [...parser.content.children];
}

// Whose row it is: a fragment is the same for everybody, the page compares it with its own person.
export function mark(row) {
  const owner = row.dataset.owner;
  row.dataset.desk = owner ? (owner === me ? "mine" : "taken") : "";
}

function adopt(part) {
  const row = part.closest(".row");
  if (!row || part.dataset.owner === undefined) return;
  row.dataset.owner = part.dataset.owner;
  row.dataset.place = part.dataset.place;
  mark(row);
}

function keepFocus(fresh) {
  for (const next of [...fresh.querySelectorAll("button, a[href]"), fresh.closest(".row")]) {
    next?.focus({ preventScroll: true });
    if (document.activeElement === next) return;
  }
}

// Replaces the element with the same id; answers whether the page had one.
export function replace(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return false;
  fresh.removeAttribute("data-hx-swap-oob");
  if (old.querySelector("form [aria-busy=true]")) {
    waiting.set(old, fresh);
    return true;
  }
  const held = old.contains(document.activeElement);
  old.insertAdjacentElement("afterend", fresh);
  adopt(fresh);
  if (fresh.classList.contains("clock") && !fresh.dataset.due) fresh.closest(".row")?.removeAttribute("data-late");
  if (held) keepFocus(fresh);
  old.remove();
  settle(fresh);
  if (fresh.classList.contains("clock")) replaceInPanel(fresh);
  return true;
}

// The panel beside the list has the same clock under a name of its own.
function replaceInPanel(clock) {
  const panel = document.querySelector("[data-panel]");
  if (clock.id !== `lead-${panel?.dataset.panel}-sla`) return;
  const copy = clock.cloneNode(true);
  copy.id = "panel-sla";
  replace(copy);
}

export function giveBack(old) {
  const fresh = waiting.get(old);
  if (fresh) replace(fresh);
}

export function settle(part) {
  window.htmx?.process(part);
  draw(part.parentElement ?? part);
}

// A reply names all parts of a lead that changed; those that this page does not show are left out.
export function withoutStrays(html) {
  if (!html.includes("data-hx-swap-oob") || /^\s*<!doctype/i.test(html)) return html;
  const isStray = (part) => part.dataset.hxSwapOob && !document.getElementById(part.id);
  return parse(html).filter((part) => !isStray(part)).map((part) => part.outerHTML).join("");
}
