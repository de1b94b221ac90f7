/**
 * The script of a page: shows the values of each curve at the step under the pointer. It sets texts
 * and attributes only, so that no label can become markup.
 */
export const HOVER_SCRIPT: string = `"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const svg = document.querySelector("svg");
const values = document.getElementById("values");
const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
line.setAttribute("stroke", "#1f2328");
line.setAttribute("stroke-opacity", "0.5");
line.setAttribute("pointer-events", "none");
svg.append(line);
svg.setAttribute("tabindex", "0");
let step = data.from;
const count = (number) => String(number).replace(/\\B(?=(\\d{3})+$)/g, ",");
const spanAt = (spans) => {
  let [low, high] = [0, spans.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle][0] <= step) low = middle;
    else high = middle - 1;
  }
  const span = spans[low];
  return span !== undefined && span[0] <= step && step <= span[1] ? span : undefined;
};
const row = (colour, text) => {
  const item = document.createElement("div");
  const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  swatch.setAttribute("width", "10");
  swatch.setAttribute("height", "10");
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const name of ["cx", "cy", "r"]) dot.setAttribute(name, "5");
  dot.setAttribute("fill", colour);
  swatch.append(dot);
  item.append(swatch, " " + text);
  return item;
};
const show = () => {
  const part = data.to === data.from ? 0.5 : (step - data.from) / (data.to - data.from);
  const x = data.left + part * (data.right - data.left);
  line.setAttribute("d", "M" + x + " " + data.top + "V" + data.bottom);
  const rows = data.curves.flatMap(({ label, unit, colour, spans }) => {
    const span = spanAt(spans);
    if (span === undefined) return [];
    const [from, to, min, max] = span;
    const steps = from === to ? "" : " (" + data.step + "s " + count(from) + " to " + count(to) + ")";
    const range = min === max ? min : min + " to " + max;
    return [row(colour, label + ": " + range + (unit === "" ? "" : " " + unit) + steps)];
  });
  const head = document.createElement("div");
  head.textContent = data.step + " " + count(step);
  values.replaceChildren(head, ...rows);
};
const clamped = (value) => Math.min(data.to, Math.max(data.from, Math.round(value)));
svg.addEventListener("pointermove", ({ clientX }) => {
  const box = svg.getBoundingClientRect();
  const x = ((clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
  step = clamped(data.from + ((x - data.left) / (data.right - data.left)) * (data.to - data.from));
  show();
});
addEventListener("keydown", (event) => {
  const sign = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (sign === undefined) return;
  const pixels = data.right - data.left;
  step = clamped(step + sign * Math.max(1, (data.to - data.from) / pixels));
  show();
  event.preventDefault();
});
`;

/** The style of a page. */
export const PAGE_STYLE: string = `
body { margin: 0; background: #fff; color: #1f2328; font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 8px; }
main > svg { display: block; width: 100%; height: auto; outline: none; }
#values { display: block; padding: 0 16px; font-variant-numeric: tabular-nums; min-height: 6em; }
`;

/**
 * The SHA-256 of each, in base64, by which the page's policy lets them apply. A test compares them:
 * this floor has no hash.
 */
export const HOVER_SCRIPT_SHA256 = "l0sE1SHi2q5Q5fl3ywX0YO+Ichhp97Lak+rortevlfE=";
export const PAGE_STYLE_SHA256 = "sO+PvwqOGsg1qZoZEkvMaBa5QfYR+4JnX96pp1BAkkY=";
