// The line to the board: one socket that only listens. What it missed is asked for by HTTP, in the same words.
import { now } from "./clocks.js";
import { parse, replace, withoutStrays } from "./patch.js";
import { refresh, take } from "./arrivals.js";
import { countAgain } from "./counts.js";
import { softRefresh } from "./soft.js";
import { isEcho, isInUse } from "./use.js";

const body = document.body;
const chip = document.getElementById("live");
const WORDS = { "": "Live", wait: "Reconnecting", off: "Offline", pause: "Paused" };
const LOOK_EVERY = 60_000;
const POLL_EVERY = 10_000;
const PATIENCE = 30_000;
let seq = Number(body.dataset.seq ?? 0);
let socket = null;
let tries = 0;
let retry = null;
let lostAt = 0;
let asking = null;
let held = [];

function showLine(state) {
  if (!chip) return;
  const shown = body.dataset.paused ? "pause" : state;
  chip.hidden = false;
  chip.dataset.state = shown;
  chip.lastElementChild.textContent = WORDS[shown];
}

function lineState() {
  if (socket?.readyState === WebSocket.OPEN) return "";
  return navigator.onLine && now() - lostAt < PATIENCE ? "wait" : "off";
}

// Applies a frame that follows what we have; a gap is asked for, a resync draws the page anew.
async function apply(html) {
  const parts = parse(html);
  const cursor = parts.find((part) => part.id === "feed-cursor");
  if (!cursor) return;
  const from = Number(cursor.dataset.from);
  const until = Number(cursor.dataset.seq);
  if (cursor.dataset.resync !== undefined) {
    seq = until;
    return softRefresh();
  }
  if (until <= seq) return;
  if (from > seq) return catchUp();
  seq = until;
  countAgain();
  const touched = new Set();
  for (const part of parts) {
    if (part.id === "arrivals") take([...part.children]);
    else if (part !== cursor && replace(part)) touched.add(part.id.split("-")[1]);
  }
  if (body.dataset.lead && html.includes(`id="lead-${body.dataset.lead}-`)) leadChanged();
  const panel = document.querySelector("[data-panel]");
  if (panel && touched.has(panel.dataset.panel)) panel.dispatchEvent(new CustomEvent("panel-changed", { bubbles: true }));
  refresh();
}

// The lead page draws its story anew; the acts only when nobody is in the middle of one.
function leadChanged() {
  window.htmx?.trigger(body, "lead-changed");
  if (!isInUse(document.getElementById("acts")) && !isEcho()) window.htmx?.trigger(body, "acts-changed");
}

// What stands beside the story comes along with it: where somebody is at work in it, only the other parts of it.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id !== "aside" || !(isInUse(target) || target.contains(document.activeElement))) return;
  event.detail.shouldSwap = false;
  for (const fresh of fragment.querySelectorAll(".sheet > [id]")) {
    const old = document.getElementById(fresh.id);
    if (old && !isInUse(old) && !old.contains(document.activeElement)) replace(fresh);
  }
});

export function receive(html) {
  if (body.dataset.paused) held.push(html);
  else void apply(html);
}

export function catchUp() {
  asking ??= fetch(`/board/changes/?after=${seq}`, { headers: { Accept: "text/html" } })
    .then(async (answer) => {
      if (answer.redirected) return location.reload();
      if (answer.ok) {
        const html = await answer.text();
        asking = null;
        receive(html);
      }
    })
    .catch(() => showLine(lineState()))
    .finally(() => (asking = null));
  return asking;
}

function connect() {
  clearTimeout(retry);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws/board/?after=${seq}`);
  socket.addEventListener("open", () => {
    tries = 0;
    lostAt = 0;
    showLine("");
    void catchUp();
  });
  socket.addEventListener("message", (event) => receive(event.data));
  socket.addEventListener("close", (event) => {
    if (event.code === 4401) return location.reload();
    lostAt ||= now();
    showLine(lineState());
    const pause = Math.min(10_000, 250 * 2 ** tries++) * (0.5 + Math.random());
    clearTimeout(retry);
    retry = setTimeout(connect, pause);
  });
}

export function togglePause() {
  const paused = !body.dataset.paused;
  if (paused) body.dataset.paused = "yes";
  else delete body.dataset.paused;
  sessionStorage.setItem("paused", paused ? "yes" : "");
  const button = document.getElementById("pause");
  button?.setAttribute("aria-pressed", String(paused));
  button?.querySelector("use")?.setAttribute("href", paused ? "#i-play" : "#i-pause");
  showLine(lineState());
  if (paused) return;
  const frames = held;
  held = [];
  for (const html of frames) void apply(html);
  void catchUp();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  event.detail.serverResponse = withoutStrays(event.detail.serverResponse);
});

if (body.dataset.live !== undefined) {
  if (sessionStorage.getItem("paused")) togglePause();
  connect();
  document.getElementById("pause")?.addEventListener("click", togglePause);
  document.addEventListener("visibilitychange", () => document.hidden || void catchUp());
  window.addEventListener("online", () => {
    tries = 0;
    if (socket?.readyState === WebSocket.CLOSED) connect();
    showLine(lineState());
    void catchUp();
  });
  window.addEventListener("offline", () => showLine("off"));
  setInterval(() => void catchUp(), LOOK_EVERY);
  setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) {
      showLine(lineState());
      if (lostAt && now() - lostAt > PATIENCE) void catchUp();
    }
  }, POLL_EVERY);
}
