// In the builder: questions are also moved by dragging their handle. The buttons do the same without it.
let dragged = null;

document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("[data-grip]")?.closest(".form-card");
  for (const other of document.querySelectorAll(".form-card[draggable]")) other.removeAttribute("draggable");
  if (card) card.draggable = true;
});

document.addEventListener("dragstart", (event) => {
  if (!event.target.classList?.contains("form-card")) return;
  dragged = event.target;
  event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const card = event.target.closest?.(".form-card");
  if (!dragged || !card) return;
  event.preventDefault();
  for (const other of document.querySelectorAll("[data-over]")) delete other.dataset.over;
  if (card !== dragged) card.dataset.over = Number(card.dataset.number) < Number(dragged.dataset.number) ? "before" : "after";
});

document.addEventListener("drop", (event) => {
  const card = event.target.closest?.(".form-card");
  if (!dragged || !card || card === dragged) return;
  event.preventDefault();
  const move = document.querySelector("#builder [data-move]");
  move.value = `move:${dragged.dataset.number}:${card.dataset.number}`;
  move.disabled = false;
  move.form.requestSubmit();
});

document.addEventListener("dragend", () => {
  for (const other of document.querySelectorAll("[data-over]")) delete other.dataset.over;
  dragged?.removeAttribute("draggable");
  dragged = null;
});

document.addEventListener("htmx:afterSettle", () => document.getElementById("wrong")?.focus());

// What follows stays open while the preview is drawn anew.
let isOpen = false;
document.addEventListener("htmx:beforeSwap", () => { isOpen = document.querySelector(".form-after[open]") !== null; });
document.addEventListener("htmx:afterSwap", () => document.querySelector(".form-after")?.toggleAttribute("open", isOpen));
