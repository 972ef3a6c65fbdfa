// Closes many days: each by a request to Airflow with the reader's own session, a few at a time, until all are done or
// somebody stops it. How the days stand comes from the board.
const AT_ONCE = 6;
const LOOK_EVERY = 2000;
const RUNNING = "r";
const CLOSED = "cvn";

const form = document.getElementById("closing");
if (form) prepare();

function prepare() {
  const dialog = document.getElementById("confirm");
  const button = document.getElementById("close-chosen");
  form.addEventListener("change", (event) => {
    choose(event.target);
    count();
  });
  button.addEventListener("click", () => {
    const days = chosen();
    const boxes = new Set(days.map((day) => day.value.split("/")[0]));
    write(document.getElementById("question"), { n: days.length, boxes: boxes.size });
    dialog.showModal();
  });
  document.getElementById("no").addEventListener("click", () => dialog.close());
  document.getElementById("yes").addEventListener("click", () => {
    dialog.close();
    close(chosen());
  });
  count();
}

function chosen() {
  return [...form.querySelectorAll("input[name=day]:checked:enabled")];
}

function choose(box) {
  const row = box.closest("tr");
  const days = [...row.querySelectorAll("input[name=day]")];
  if (box.classList.contains("all")) for (const day of days) day.checked = box.checked;
  else row.querySelector(".all").checked = days.every((day) => day.checked);
}

function count() {
  const button = document.getElementById("close-chosen");
  const number = chosen().length;
  write(button, { n: number });
  button.disabled = number === 0;
}

function write(element, values, text = element.dataset.text) {
  element.textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

async function close(days) {
  const waiting = [...days], live = new Set(), done = { number: 0, closed: 0 };
  let stopped = false;
  const stop = document.getElementById("stop"), progress = document.getElementById("progress");
  const leaving = (event) => event.preventDefault();
  stop.onclick = () => { stopped = true; };
  stop.hidden = progress.hidden = false;
  progress.max = days.length;
  document.getElementById("close-chosen").disabled = true;
  for (const box of form.querySelectorAll("input")) box.disabled = true;
  addEventListener("beforeunload", leaving);

  const end = (day, isClosed) => {
    live.delete(day);
    done.number += 1;
    done.closed += isClosed;
    progress.value = done.number;
    write(document.getElementById("so-far"), { done: done.number, n: days.length, closed: done.closed });
  };
  while (live.size || (waiting.length && !stopped)) {
    while (waiting.length && live.size < AT_ONCE && !stopped) {
      const day = waiting.shift();
      live.add(day);
      if (!(await asked(day))) end(day, false);
    }
    await new Promise((go) => setTimeout(go, LOOK_EVERY));
    const stand = await letters();
    if (!stand) continue;
    for (const day of [...live]) {
      const letter = stand(day.value);
      show(day, letter);
      if (letter !== RUNNING) end(day, CLOSED.includes(letter));
    }
  }
  removeEventListener("beforeunload", leaving);
  stop.hidden = true;
  if (waiting.length) {
    const told = document.getElementById("so-far");
    write(told, { n: waiting.length }, told.dataset.stopped);
  }
}

// Whether Airflow took the request; what it answered otherwise stands on the page.
async function asked(day) {
  try {
    if (day.dataset.unpause) await ask("PATCH", day.dataset.unpause, '{"is_paused": false}');
    await ask("POST", day.dataset.url, day.dataset.body);
    show(day, RUNNING);
    return true;
  } catch (error) {
    const line = document.createElement("li");
    line.textContent = `${day.closest("tr").querySelector("th").innerText.trim()}, ${day.parentElement.innerText.trim()}: ${error.message}`;
    document.getElementById("refused").append(line);
    return false;
  }
}

// How every day of the page stands, as a function of a day; nothing where the board does not answer just now.
async function letters() {
  try {
    const answer = await fetch(form.dataset.states);
    if (!answer.ok) return null;
    const known = await answer.json();
    const first = Date.parse(known.first);
    return (place) => {
      const [box, day] = place.split("/");
      return known.letters[box]?.[(Date.parse(day) - first) / 86400000] ?? "m";
    };
  } catch {
    return null;
  }
}

function show(day, letter) {
  const label = day.parentElement;
  const state = document.getElementById("signs").content.querySelector(`[data-letter="${letter}"]`);
  if (!state) return;
  label.className = `badge ${letter}`;
  label.title = state.dataset.word;
  label.querySelector(".sign").textContent = state.dataset.sign;
}
