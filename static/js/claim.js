// Claiming: the row answers at once, the server has the last word, and for a while it can be undone.
import { draw, now } from "./clocks.js";
import { giveBack, mark, parse, replace } from "./patch.js";
import { tell } from "./say.js";
import { current, isPanelOpen, rows, select, stayWith } from "./rows.js";

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

function offerUndo(row, id) {
  until = now() + UNDO_FOR;
  undo.action = `/leads/${id}/undo/`;
  undo.hidden = false;
  setTimeout(() => now() >= until && (undo.hidden = true), UNDO_FOR + 100);
  tell(`Claimed ${nameOf(row)}. ${owed(id)}`);
}

// What is owed now and by when, as the clock of the reply says it.
function owed(id) {
  const clock = document.getElementById(`lead-${id}-sla`);
  if (clock) draw(clock.parentElement);
  const small = clock?.querySelector("small");
  const what = small?.firstChild?.textContent?.trim();
  const due = small?.querySelector(".due time")?.textContent;
  return due ? `${what[0].toUpperCase()}${what.slice(1)} due ${due}.` : "Now it is your clock.";
}

export function undoLast() {
  if (undo && !undo.hidden) undo.requestSubmit();
}

undo?.addEventListener("submit", async (event) => {
  event.preventDefault();
  undo.hidden = true;
  const id = /leads\/(\d+)\//.exec(undo.action)[1];
  const headers = { "HX-Request": "true", "HX-Target": `lead-${id}-state` };
  const answer = await fetch(undo.action, { method: "POST", body: new FormData(undo), headers }).catch(() => null);
  if (!answer || ![200, 409, 422].includes(answer.status)) return tell("That did not work. The lead is still yours.");
  const parts = parse(await answer.text());
  const words = parts.find((part) => part.id === `lead-${id}-state`)?.querySelector("small")?.textContent;
  for (const part of parts) replace(part);
  tell(answer.ok ? "Undone. The lead is back where it was." : (words ?? "It cannot be undone any more."));
  select(document.getElementById(`lead-${id}`));
});

// The answer is awaited at the request itself: the live feed may take the form away before it comes.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  const button = form?.querySelector("button");
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  const [label] = labels(button);
  label.textContent = "Claiming…";
  const id = /leads\/(\d+)\//.exec(form.action)[1];
  event.detail.xhr.addEventListener("loadend", () => answered(form, id, event.detail.xhr));
});

// The reply has replaced the form: the row takes its owner over, and the focus goes on to the next row.
function answered(form, id, xhr) {
  const row = document.getElementById(`lead-${id}`);
  if (xhr.status >= 200 && xhr.status < 300) won(row, id);
  else if (xhr.status === 409 || xhr.status === 422) lost(row, id, xhr.responseText);
  else failed(form, xhr.status);
}

// Whoever went on working with the lead cannot take the claim back any more.
document.addEventListener("htmx:afterRequest", (event) => {
  const { verb, path } = event.detail.requestConfig ?? {};
  const id = undo && !undo.hidden && /leads\/(\d+)\//.exec(undo.action)[1];
  if (!id || verb !== "post" || path.endsWith("/claim/") || !path.startsWith(`/leads/${id}/`)) return;
  undo.hidden = true;
  tell(document.querySelector(`[id^="lead-${id}-"] [role=status]`)?.textContent ?? "");
});

const labels = (button) => [...button.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());

function won(row, id) {
  takeOver(row, id);
  if (undo) offerUndo(row, id);
  goOn(row);
}

function lost(row, id, html) {
  const desk = parse(html).find((part) => part.id === `lead-${id}-state`);
  const words = desk?.querySelector("small")?.textContent ?? "somebody was faster";
  if (desk) replace(desk);
  tell(`${nameOf(row)}: ${words}`);
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
  for (const label of button ? labels(button) : []) label.textContent = "Claim";
  giveBack(form.closest(".row-act"));
  tell(status === 0 ? "The server cannot be reached. The lead is not claimed." : `That did not work (${status}). The lead is not claimed.`);
}

function goOn(row) {
  if (!row?.closest("#feed")) return;
  if (isPanelOpen()) return stayWith(row);
  const all = rows();
  select(all[all.indexOf(row) + 1] ?? row);
}
