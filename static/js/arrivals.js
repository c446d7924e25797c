// New leads wait out of sight until the reader asks for them, or until nobody could be disturbed.
import { mark, settle } from "./patch.js";
import { sayArrived, say } from "./say.js";

const MOST_WAITING = 500;
const view = document.body.dataset.view;
const feed = document.getElementById("feed");
const waiting = document.getElementById("arrivals");
const buffer = document.getElementById("buffer");
const upToDate = buffer?.innerHTML;
const search = new URLSearchParams(location.search).get("q")?.toLowerCase() ?? "";
const title = document.title;

const SHOWS = {
  open: (row) => row.dataset.place === "board",
  high: (row) => row.dataset.place === "board" && band(row) === "high",
  medium: (row) => row.dataset.place === "board" && band(row) === "medium",
  people: (row) => row.dataset.place === "board" && band(row) === "none",
  sales: (row) => row.dataset.place === "sales",
  nurture: (row) => row.dataset.place.endsWith("nurture"),
  all: () => true,
  mine: (row) => row.dataset.desk === "mine",
};

function band(row) {
  return row.querySelector(".score").dataset.band;
}

function belongs(row) {
  return (SHOWS[view] ?? (() => false))(row) && (!search || row.textContent.toLowerCase().includes(search));
}

export function waitingRows() {
  return waiting ? [...waiting.children].filter(belongs) : [];
}

// Takes rows from a frame; one that the page has already keeps its place.
export function take(rows) {
  if (!waiting) return;
  let count = 0;
  for (const row of rows) {
    if (document.getElementById(row.id)) continue;
    row.dataset.fresh = "";
    mark(row);
    waiting.append(row);
    count += belongs(row) ? 1 : 0;
  }
  while (waiting.children.length > MOST_WAITING) waiting.firstElementChild.remove();
  if (count) sayArrived(count);
}

// May rows slide in by themselves? Only at the top, in a tab that is seen, with nothing held.
function isUndisturbed() {
  return window.scrollY < 4 && !document.hidden && !document.body.dataset.paused && !feed.querySelector("[aria-current]") &&
    !feed.contains(document.activeElement) && !feed.matches(":hover") && !buffer.contains(document.activeElement);
}

export function show() {
  const rows = waitingRows();
  if (!rows.length) return;
  document.getElementById("nothing")?.remove();
  feed.setAttribute("role", "feed");
  feed.setAttribute("aria-label", feed.dataset.label);
  for (const row of rows) {
    const heading = row.querySelector("h2");
    if (!heading.querySelector(".fresh")) heading.insertAdjacentHTML("afterbegin", '<span class="fresh" aria-hidden="true"></span><span class="visually-hidden">New: </span>');
    feed.prepend(row);
    settle(row);
  }
  refresh();
}

export function showByHand() {
  const count = waitingRows().length;
  if (!count) return;
  show();
  window.scrollTo({ top: 0 });
  feed.querySelector(".row")?.focus();
  say(count === 1 ? "1 new lead shown" : `${count} new leads shown`);
}

export function refresh() {
  if (!feed || !buffer) return;
  if (waitingRows().length && isUndisturbed()) return show();
  const count = waitingRows().length;
  const late = feed.querySelectorAll(".row[data-late]:not([data-desk=taken])").length;
  document.title = count ? `(${count}) ${title}` : title;
  favicon(late > 0);
  const shown = buffer.querySelector("button");
  if (!count) {
    if (shown) buffer.innerHTML = upToDate;
  } else if (shown?.dataset.count !== String(count)) {
    if (shown) shown.firstChild.textContent = words(count);
    else buffer.innerHTML = `<button class="btn" type="button" id="show">${words(count)}<kbd aria-hidden="true">.</kbd></button>`;
    buffer.querySelector("button").dataset.count = count;
  }
}

const words = (count) => (count === 1 ? "Show 1 new lead" : `Show ${count} new leads`);

function favicon(late) {
  const link = document.querySelector('link[rel="icon"]');
  const wanted = late ? link.dataset.late : (link.dataset.calm ??= link.href);
  if (late) link.dataset.calm ??= link.href;
  if (wanted && link.href !== wanted) link.href = wanted;
}

buffer?.addEventListener("click", (event) => {
  if (event.target.closest("#show")) showByHand();
});
feed?.addEventListener("focusin", (event) => {
  const row = event.target.closest(".row[data-fresh]");
  if (!row) return;
  delete row.dataset.fresh;
  row.querySelectorAll(".fresh, .fresh + .visually-hidden").forEach((node) => node.remove());
});
if (buffer) setInterval(refresh, 1000);
