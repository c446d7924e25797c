// On a public form: tells the page around it how high it is, and sends once. All of it also works without.
const { parent: around } = document.body.dataset;
const isFramed = around && window.parent !== window;
const form = document.querySelector("[data-form]");
const tell = (said) => window.parent.postMessage(said, around);
const button = () => form?.querySelector("button[type=submit]");

if (isFramed) {
  const height = () => tell({ leadboard: "height", height: Math.ceil(document.body.getBoundingClientRect().height) });
  new ResizeObserver(height).observe(document.body);
  height();
  const sent = document.querySelector("[data-sent]");
  if (sent) tell({ leadboard: "sent", go: sent.dataset.go || "" });
  // Who is recorded by track.js may agree to it while the form is open: ask when somebody begins to type.
  form?.addEventListener("focusin", () => form.elements.leadboard_visitor || tell({ leadboard: "visitor" }));
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== around || source !== window.parent || data?.leadboard !== "visitor" || !form) return;
    if (typeof data.id !== "string" || form.elements.leadboard_visitor) return;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "leadboard_visitor", value: data.id }));
  });
}

form?.addEventListener("submit", (event) => {
  const offline = form.querySelector("[data-offline]");
  offline.hidden = navigator.onLine;
  const isBusy = button().getAttribute("aria-busy") === "true";
  if (isBusy || !navigator.onLine) event.preventDefault();
  else button().setAttribute("aria-busy", "true");
});
addEventListener("online", () => { const told = form?.querySelector("[data-offline]"); if (told) told.hidden = true; });

// Back from the cache of the browser the button may be pressed again.
addEventListener("pageshow", () => button()?.removeAttribute("aria-busy"));
document.getElementById("wrong")?.focus();
