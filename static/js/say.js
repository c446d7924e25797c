// The one polite live region: what I did at once, what others did coalesced to one sentence in ten seconds.
const QUIET = 10_000;
const region = document.getElementById("say");
let arrived = 0;
let timer = null;

export function say(words) {
  region.textContent = words;
}

// Of what I did: said, and written into the line below the list where there is one.
export function tell(words) {
  const strip = document.getElementById("undo-words");
  if (strip) {
    strip.textContent = words;
    strip.parentElement.dataset.said = "";
  }
  say(words);
}

export function sayArrived(count) {
  arrived += count;
  timer ??= setTimeout(() => {
    say(arrived === 1 ? "1 new lead" : `${arrived} new leads`);
    arrived = 0;
    timer = null;
  }, QUIET);
}
