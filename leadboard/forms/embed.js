// Puts a form of leadboard where this script stands, and keeps its frame as high as the form.
// <script src="https://…/f/<form>/embed.js" async></script>; data-theme="light" or "dark", data-title="…" if wished.
(() => {
  const here = document.currentScript;
  if (!here) return;
  const form = new URL("./", here.src);
  const asked = new URLSearchParams({ embed: "1", parent: location.origin, page: location.origin + location.pathname });
  if (here.dataset.theme) asked.set("theme", here.dataset.theme);
  if (document.referrer) asked.set("referrer", document.referrer.slice(0, 500));
  // Who agreed to be recorded by track.js is not asked what is known of them.
  window.leadboard?.("visitor", (id) => id && asked.set("leadboard_visitor", id));
  // Campaign, click ids and the link of a mail of ours: what stands in the address of this page.
  for (const [name, value] of [...new URLSearchParams(location.search)].slice(0, 20)) {
    if (!asked.has(name) && /^\w{1,40}$/.test(name)) asked.set(name, value.slice(0, 300));
  }
  const frame = document.createElement("iframe");
  frame.src = `${form.href}?${asked}`;
  frame.title = here.dataset.title || "Form";
  Object.assign(frame.style, { display: "block", width: "100%", height: "32rem", border: "0", colorScheme: "normal" });
  addEventListener("message", (event) => {
    if (event.origin !== form.origin || event.source !== frame.contentWindow) return;
    const { leadboard, height } = event.data ?? {};
    if (leadboard === "height" && Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, 80), 20000)}px`;
  });
  here.after(frame);
})();
