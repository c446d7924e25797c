// A reply takes the place of what was pressed. The focus goes on to what it says, else to the same control again.
let held = null;

const nameOf = (node) => node.id ? `#${CSS.escape(node.id)}` : node.name ? `${node.localName}[name="${CSS.escape(node.name)}"][value="${CSS.escape(node.value)}"]` : null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  const active = document.activeElement;
  if (active !== document.body && target?.id && target.contains(active)) held = { part: target.id, control: nameOf(active) };
});

// A control that is folded away or not drawn cannot take it.
const take = (node) => {
  if (!node) return false;
  if (node.tabIndex < 0) node.tabIndex = -1;
  node.focus({ preventScroll: true });
  return document.activeElement === node;
};

document.addEventListener("htmx:afterSettle", () => {
  if (!held || document.activeElement !== document.body) return;
  const part = document.getElementById(held.part);
  const { control } = held;
  held = null;
  if (!part) return;
  const said = part.querySelector("[role=status], [role=alert]");
  if (take(said) || (control && take(part.querySelector(control))) || take(part.querySelector("h1, h2, h3"))) {
    document.activeElement.scrollIntoView({ block: "nearest" });
  } else take(part);
});
