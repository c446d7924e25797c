// Puts a form of leadboard where this script stands, and keeps its frame as high as the form.
// <script src="https://…/f/<form>/embed.js" async></script>; data-theme="light" or "dark", data-title="…" if wished,
// data-into="#place" where a tag manager puts the script elsewhere.
// When the form was sent the frame fires "leadboard:sent" (it bubbles), for whoever counts conversions.
(() => {
  const here = document.currentScript;
  if (!here) return;
  const form = new URL("./", here.src);
  const asked = new URLSearchParams({ embed: "1", parent: location.origin, page: location.origin + location.pathname });
  if (here.dataset.theme) asked.set("theme", here.dataset.theme);
  if (document.referrer) asked.set("referrer", document.referrer.slice(0, 500));
  // Campaign, click ids and the link of a mail of ours: what stands in the address of this page.
  // (By now track.js may have taken the link of a mail out of it.)
  const came = performance.getEntriesByType?.("navigation")[0]?.name || location.href;
  for (const [name, value] of [...new URLSearchParams(location.search), ...new URL(came).searchParams].slice(0, 40)) {
    if (!asked.has(name) && /^\w{1,40}$/.test(name)) asked.set(name, value.slice(0, 300));
  }
  const frame = document.createElement("iframe");
  frame.title = here.dataset.title || "Form";
  Object.assign(frame.style, { display: "block", width: "100%", height: "32rem", border: "0", colorScheme: "normal" });
  const visitor = (then) => window.leadboard?.("visitor", then);
  let isOpen = false;
  const open = (id) => {
    if (isOpen) return;
    isOpen = true;
    // Who agreed to be recorded by track.js is not asked what is known of them.
    if (id) asked.set("leadboard_visitor", id);
    frame.src = `${form.href}?${asked}`;
    const place = here.dataset.into && document.querySelector(here.dataset.into);
    if (place || here.closest("head")) (place || document.body).append(frame);
    else here.after(frame);
  };
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== form.origin || source !== frame.contentWindow || !data) return;
    const { leadboard: said, height, go } = data;
    if (said === "height" && Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, 80), 20000)}px`;
    if (said === "visitor") visitor((id) => id && source.postMessage({ leadboard: "visitor", id }, form.origin));
    if (said === "sent") {
      frame.dispatchEvent(new CustomEvent("leadboard:sent", { bubbles: true, detail: { form: form.href } }));
      if (/^https?:\/\//.test(go)) location.assign(go);
    }
  });
  // At once where track.js is there, later where it is on its way; the form does not wait for it long.
  const begin = () => {
    visitor(open);
    setTimeout(open, window.leadboard && !window.leadboard.on ? 400 : 0);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
