// What the pages do beyond links: Airflow's theme, its addresses out of the frame, keys in the grid, buttons to its API.
"use strict";

const framed = window.parent !== window;

// Airflow marks the root of its own page with a class; outside of it its choice lies in the storage.
function dark() {
  if (framed) return parent.document.documentElement.classList.contains("dark");
  const chosen = localStorage.getItem("theme");
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

function paint() {
  document.documentElement.dataset.theme = dark() ? "dark" : "light";
}

paint();
if (framed) new MutationObserver(paint).observe(parent.document.documentElement, { attributeFilter: ["class"] });
addEventListener("storage", paint);

// The frame that Airflow shows the board in may not send its parent elsewhere; the parent itself may.
function leave(event) {
  const link = event.target.closest("a[target=_top]");
  if (!link || !framed || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const outside = parent.document.createElement("a");
  outside.href = link.href;
  outside.click();
}

// Arrow keys go from day to day; Tab enters the grid once and leaves it again.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function walk(event) {
  const cell = event.target.closest(".grid td");
  if (!cell) return;
  const rows = [...cell.closest("table").rows];
  let row = rows.indexOf(cell.parentElement), column = cell.cellIndex;
  if (event.key === "Home" || event.key === "End") {
    const links = cell.parentElement.querySelectorAll("a");
    focusOn(links[event.key === "Home" ? 0 : links.length - 1], event);
  } else if (STEPS[event.key]) {
    const [down, right] = STEPS[event.key];
    for (row += down, column += right; rows[row]?.cells[column]; row += down, column += right) {
      const link = rows[row].cells[column].querySelector("a");
      if (link) return focusOn(link, event);
    }
  }
}

function focusOn(link, event) {
  if (event) event.preventDefault();
  const before = document.querySelector(".grid a[tabindex='0']");
  if (before) before.tabIndex = -1;
  link.tabIndex = 0;
  if (event) link.focus();
}

// A company's boxes fold below its row, which says how they stand; the browser remembers which are folded.
const FOLDED = "cierre.folded";

function fold(event) {
  const button = event.target.closest(".fold");
  if (!button) return;
  const names = new Set(folded());
  const isFolded = !names.delete(button.ariaLabel);
  if (isFolded) names.add(button.ariaLabel);
  show(button, isFolded);
  localStorage.setItem(FOLDED, JSON.stringify([...names]));
}

function folded() {
  return JSON.parse(localStorage.getItem(FOLDED) ?? "[]");
}

function show(button, isFolded) {
  button.closest("tbody").classList.toggle("folded", isFolded);
  button.ariaExpanded = String(!isFolded);
}

// On a telephone a list's row is a card: each cell says what its column is called.
function label(table) {
  const names = [...table.querySelectorAll("thead th")].flatMap((head) => Array(head.colSpan).fill(head.innerText.trim()));
  for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
    let column = 0;
    for (const cell of row.cells) {
      if (names[column] && cell.tagName === "TD" && cell.childNodes.length) cell.dataset.label = names[column];
      column += cell.colSpan;
    }
  }
}

// And the grid shows a week: the seven days up to the last that is over everywhere, or the month's last.
function week(grid) {
  const heads = [...grid.querySelectorAll("thead th")].slice(1, -1);
  const yesterday = heads.findIndex((head) => head.classList.contains("yesterday"));
  const last = Math.max(yesterday === -1 ? heads.length - 1 : yesterday, 6);
  for (const row of grid.rows) {
    for (let day = last - 6; day <= last; day++) row.cells[day + 1]?.classList.add("near");
  }
  grid.classList.add("week");
}

function small(narrow) {
  if (!narrow.matches) return;
  document.querySelectorAll("table.list:has(thead)").forEach(label);
  document.querySelectorAll("table.grid:not(.week)").forEach(week);
}

// A button is a request to Airflow's API, or to the board, with the reader's own session and so with their permissions.
async function act(event) {
  const button = event.target.closest("button[data-url]");
  if (!button) return;
  button.disabled = true;
  try {
    if (button.dataset.unpause) await ask("PATCH", button.dataset.unpause, '{"is_paused": false}');
    await ask(button.dataset.method, button.dataset.url, bodyOf(button));
    location.reload();
  } catch (error) {
    tell(error.message, button);
    button.disabled = false;
  }
}

// What a button sends; one that brings a comment along names the field that it stands in.
function bodyOf(button) {
  if (!button.dataset.comment) return button.dataset.body;
  const body = JSON.parse(button.dataset.body);
  (body.params_input ?? body).comment = document.getElementById(button.dataset.comment).value;
  return JSON.stringify(body);
}

// Why something was refused: beside the field that may have to be filled in, else in the corner.
function tell(message, button) {
  const field = document.getElementById(button.dataset.comment ?? "");
  const place = field?.form.querySelector(".problem") ?? document.getElementById("told");
  place.textContent = message;
  field?.focus();
}

async function ask(method, url, body) {
  const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
  const answer = await fetch(url, { method, body, headers });
  if (answer.ok) return;
  const { detail } = await answer.json().catch(() => ({}));
  const said = typeof detail === "string" ? detail : JSON.stringify(detail ?? "");
  throw new Error(`${said} (${url.includes("/api/v2/") ? "Airflow: " : ""}${answer.status})`);
}

addEventListener("DOMContentLoaded", () => {
  document.addEventListener("click", leave);
  document.addEventListener("click", act);
  document.addEventListener("click", fold);
  document.addEventListener("keydown", walk);
  const names = folded();
  for (const button of document.querySelectorAll(".fold")) show(button, names.includes(button.ariaLabel));
  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
  const narrow = matchMedia("(max-width: 640px)");
  narrow.addEventListener("change", small);
  small(narrow);
  const links = document.querySelectorAll(".grid td a");
  for (const link of links) link.tabIndex = -1;
  const yesterday = document.querySelector(".grid thead .yesterday")?.cellIndex;
  const first = [...links].find((link) => link.closest("td").cellIndex === yesterday) ?? links[0];
  if (first) focusOn(first);
});
