// Fetches the page anew and puts its list in place; selection, focus and scroll stay.
import { countAgain } from "./counts.js";
import { settle } from "./patch.js";

export async function softRefresh() {
  const feed = document.getElementById("feed");
  if (!feed) return location.reload();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("feed");
  if (!fresh) return location.reload();
  const selected = feed.querySelector("[aria-current]")?.id;
  const focused = feed.contains(document.activeElement) ? document.activeElement.closest(".row")?.id : null;
  const top = window.scrollY;
  feed.replaceChildren(...fresh.children);
  document.getElementById("arrivals")?.replaceChildren();
  countAgain();
  settle(feed);
  document.getElementById(selected)?.setAttribute("aria-current", "true");
  (focused && (document.getElementById(focused) ?? feed.querySelector(".row")))?.focus({ preventScroll: true });
  window.scrollTo({ top });
}
