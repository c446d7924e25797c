// On the page of a calculator: works its figures out while somebody types. Without it they come after sending.
const told = document.getElementById("while-typing");
const shown = document.querySelector("[data-while-typing]");

// A number as the form's language writes it, and a decimal point or comma in any; NaN for anything else.
export function read(text, [thousands, point]) {
  let plain = text.trim().replace(/(\d)[ '’\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, "$1");
  const [t, p] = [thousands, point].map((sign) => sign.replace(/[.]/, "\\."));
  if (new RegExp(`^[+\\-−]?\\d{1,3}(?:${t}\\d{3}){1,4}(?:${p}\\d{0,10})?$`).test(plain)) plain = plain.replaceAll(thousands, "");
  if (!/^[+\-−]?(?:\d{1,13}(?:[.,]\d{0,10})?|[.,]\d{1,10})$/.test(plain)) return NaN;
  return Number(plain.replace(",", ".").replace("−", "-"));
}

// Halves away from zero, as people round: by the decimal digits, not by the binary ones.
export function rounded(value, places = 0) {
  if (!Number.isInteger(places) || places < 0 || places > 10 || !Number.isFinite(value)) return NaN;
  const [digits, power = "0"] = String(Math.abs(value)).split("e");
  if (Number(power) + places > 20 || Math.abs(value) >= 1e21) return value;
  const up = Math.round(Number(`${digits}e${Number(power) + places}`));
  const [whole, by = "0"] = String(up).split("e");
  return Math.sign(value) * Number(`${whole}e${Number(by) - places}`);
}

const OPERATIONS = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => (b === 0 ? NaN : a / b),
};
const FUNCTIONS = { min: Math.min, max: Math.max, round: rounded };

// The steps of a formula in postfix order (formula.py) with the numbers known so far; NaN without a result.
export function workOut(steps, values) {
  const stack = [];
  for (const step of steps) {
    if (typeof step === "number") stack.push(step);
    else if (step[0] === "=") stack.push(values.get(step.slice(1)) ?? NaN);
    else if (step === "neg") stack.push(-stack.pop());
    else if (step in OPERATIONS) stack.push(OPERATIONS[step](...stack.splice(-2)));
    else {
      const [name, count] = step.split(" ");
      stack.push(FUNCTIONS[name](...stack.splice(-Number(count))));
    }
  }
  return Number.isFinite(stack[0]) ? stack[0] : NaN;
}

// As figures.written does.
export function written(figure, value, [thousands, point]) {
  if (Number.isNaN(value)) return "–";
  const exact = rounded(figure.format === "percent" ? value * 100 : value, figure.places);
  const [whole, part] = Math.abs(exact).toFixed(figure.places).split(".");
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (part ? point + part : "");
  const sign = exact < 0 ? "−" : "";
  if (figure.format === "percent") return `${sign}${digits} %`;
  if (figure.before) return `${sign}${figure.unit}${/^[a-z]+$/i.test(figure.unit) ? " " : ""}${digits}`;
  return `${sign}${digits} ${figure.unit}`.trim();
}

function show({ signs, inputs, figures }) {
  const values = new Map();
  for (const name of inputs) {
    const field = document.getElementsByName(name)[0];
    const value = field ? read(field.value, signs) : NaN;
    if (!Number.isNaN(value)) values.set(name, value);
  }
  for (const figure of figures) {
    const value = workOut(figure.steps, values);
    if (!Number.isNaN(value)) values.set(figure.name, rounded(value, 10));
    const place = shown.querySelector(`[data-figure="${figure.name}"]`);
    const text = written(figure, value, signs);
    if (place.textContent !== text) place.textContent = text;
  }
  shown.hidden = values.size === 0;
}

if (told && shown) {
  const data = JSON.parse(told.textContent);
  let waiting = 0;
  document.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150, data); // a screen reader is told when somebody rests, not at each key
  });
  show(data);
}
