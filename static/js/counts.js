// The numbers in navigation and views: fetched anew after changes, at most every three seconds.
import { say } from "./say.js";

const PAUSE = 3000;
let timer = null;

async function fetchCounts() {
  timer = null;
  const answer = await fetch("/board/counts/").catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const counts = await answer.json();
  for (const node of document.querySelectorAll("span[data-count]")) show(node, counts[node.dataset.count]);
}

function show(node, count) {
  if (count === undefined) return;
  const before = Number(node.textContent);
  node.textContent = count >= 1000 ? "999+" : count;
  if (node.dataset.count === "late") node.closest(".count")?.classList.toggle("count-hot", count > 0);
  if (node.dataset.count !== "alerts") return;
  node.closest(".count").hidden = !count;
  if (count > before) say(count === 1 ? "1 alert waits for you" : `${count} alerts wait for you`);
}

export function countAgain() {
  timer ??= setTimeout(fetchCounts, PAUSE);
}
