// Theme and density: cookies, so that the server draws the next page right from the start.
const root = document.documentElement;

function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? 31536000 : 0}; samesite=lax`;
}

function show(name) {
  for (const button of document.querySelectorAll(`[data-look="${name}"]`)) {
    button.setAttribute("aria-pressed", String(button.dataset.value === (root.dataset[name] ?? "")));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-look]");
  if (!button) return;
  const { look, value } = button.dataset;
  if (value) root.dataset[look] = value;
  else delete root.dataset[look];
  keep(look, value);
  show(look);
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

show("theme");
show("density");
