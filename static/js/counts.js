// The numbers in navigation and views: fetched anew after changes, at most every three seconds.
const PAUSE = 3000;
let timer = null;

async function fetchCounts() {
  timer = null;
  const answer = await fetch("/board/counts/").catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const counts = await answer.json();
  for (const node of document.querySelectorAll("span[data-count]")) {
    const count = counts[node.dataset.count];
    node.textContent = count >= 1000 ? "999+" : count;
    if (node.dataset.count === "late") node.closest(".count")?.classList.toggle("count-hot", count > 0);
  }
}

export function countAgain() {
  timer ??= setTimeout(fetchCounts, PAUSE);
}
