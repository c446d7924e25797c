// On a public form: tells the page around it how high it is, and sends once. All of it also works without.
const { parent: around } = document.body.dataset;

function tell() {
  window.parent.postMessage({ leadboard: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }, around);
}

if (around && window.parent !== window) {
  new ResizeObserver(tell).observe(document.body);
  tell();
}

document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button.btn-main");
  if (button.getAttribute("aria-busy") === "true") event.preventDefault();
  button.setAttribute("aria-busy", "true");
});

// Back from the cache of the browser the button may be pressed again.
addEventListener("pageshow", () => document.querySelector("button.btn-main")?.removeAttribute("aria-busy"));
document.getElementById("wrong")?.focus();
