// Is somebody in the middle of something here? Then a live change must not take it from under their hands.
import { now } from "./clocks.js";

const CONTROLS = "input, select, textarea, button, summary";
const OWN_ECHO = 3_000;
let actedAt = 0;

// What I did comes back over the line a moment later: what the answer said must still be read then.
export const isEcho = () => now() - actedAt < OWN_ECHO;

const isFilled = (field) =>
  (field.type === "checkbox" || field.type === "radio") ? field.checked !== field.defaultChecked
    : field.matches("select") ? [...field.options].some((one) => one.selected !== one.defaultSelected && one.index > 0)
      : field.value !== field.defaultValue;

export function isInUse(part) {
  if (!part) return false;
  const active = document.activeElement;
  if (part.contains(active) && active.matches(CONTROLS)) return true;
  if (part.querySelector("details.fold[open]") || (isEcho() && part.querySelector("[role=status]"))) return true;
  return [...part.querySelectorAll("input:not([type=hidden]), textarea, select")].some(isFilled);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.verb === "post") actedAt = now();
});
