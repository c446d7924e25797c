// Claiming: the row answers at once, the server has the last word, and for a while it can be undone.
import { now } from "./clocks.js";
import { mark } from "./patch.js";
import { say } from "./say.js";
import { current, rows, select } from "./rows.js";

const strip = document.getElementById("undo-words");
const undo = document.getElementById("undo-form");
const UNDO_FOR = 120_000;
let until = 0;

const formOf = (event) => event.target.closest?.("form.claim");
const nameOf = (row) => row?.querySelector("h2 a")?.textContent ?? "the lead";

export function claim(row = current()) {
  const button = row?.querySelector("form.claim button") ?? document.querySelector(".acts form.claim button, .acts [data-claim]");
  if (!navigator.onLine) return tell("A claim cannot wait for the line to come back: it is a race.");
  if (button) button.click();
  else if (row) tell(row.dataset.desk === "mine" ? `${nameOf(row)} is yours already.` : `${nameOf(row)} cannot be claimed now.`);
}

function tell(words) {
  if (strip) {
    strip.textContent = words;
    strip.parentElement.dataset.said = "";
  }
  say(words);
}

function offerUndo(row, id) {
  until = now() + UNDO_FOR;
  undo.action = `/leads/${id}/undo/`;
  undo.hidden = false;
  setTimeout(() => now() >= until && (undo.hidden = true), UNDO_FOR + 100);
  tell(`Claimed ${nameOf(row)}. Now it is your clock.`);
}

export function undoLast() {
  if (undo && !undo.hidden) undo.requestSubmit();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = formOf(event)?.querySelector("button");
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  button.firstChild.textContent = "Claiming…";
});

// The reply has replaced the form: the row takes its owner over, and the focus goes on to the next row.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event) ?? (event.detail.elt?.matches?.("form.claim") ? event.detail.elt : null);
  if (!form) return;
  const id = /leads\/(\d+)\/claim/.exec(event.detail.pathInfo?.requestPath ?? form.action)?.[1];
  const row = document.getElementById(`lead-${id}`);
  const { status } = event.detail.xhr;
  if (status >= 200 && status < 300) won(row, id);
  else if (status === 409 || status === 422) lost(row, id);
  else failed(form, status);
});

function won(row, id) {
  takeOver(row, id);
  if (undo) offerUndo(row, id);
  goOn(row);
}

function lost(row, id) {
  takeOver(row, id);
  const words = document.getElementById(`lead-${id}-state`)?.textContent.trim().replace(/\s+/g, " ") ?? "";
  tell(`${nameOf(row)} was taken: ${words}`);
  goOn(row);
}

function takeOver(row, id) {
  const desk = document.getElementById(`lead-${id}-state`);
  if (!row || !desk) return;
  row.dataset.owner = desk.dataset.owner;
  row.dataset.place = desk.dataset.place;
  mark(row);
}

function failed(form, status) {
  const button = form.querySelector("button");
  button?.removeAttribute("aria-busy");
  if (button) button.firstChild.textContent = "Claim";
  tell(status === 0 ? "The server cannot be reached. The lead is not claimed." : `That did not work (${status}). The lead is not claimed.`);
}

function goOn(row) {
  if (!row?.closest("#feed")) return;
  const all = rows();
  select(all[all.indexOf(row) + 1] ?? row);
}
