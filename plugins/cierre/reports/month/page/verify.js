// Computes the hash of every link again, from its content and the hash of the link before, and shows the heads.
// A chain: {box, name, first, before, links}; a link: [what, subject, content, sealed_at, hash, late].
"use strict";

const data = JSON.parse(document.getElementById("chains").textContent);
const HASH = 4;

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The number of the first link that does not follow from its content and the link before; null where all do.
async function firstBroken(chain) {
  let before = chain.before;
  if (chain.first === 1 ? before !== "" : !/^[0-9a-f]{64}$/.test(before)) return chain.first;
  for (const [place, [what, subject, content, sealedAt, hash, late]] of chain.links.entries()) {
    const number = chain.first + place;
    const said = [before, chain.box, number, what, subject, content, sealedAt, ...(late ? ["late"] : [])];
    if ((await sha256(said.join("|"))) !== hash) return number;
    before = hash;
  }
  return null;
}

function hashOf(chain, number) {
  return number === chain.first - 1 ? chain.before : chain.links[number - chain.first]?.[HASH];
}

function last(chain) {
  return chain.first + chain.links.length - 1;
}

// An element with a text in both languages, of which the page shows one.
function said(name, kind, english, spanish) {
  const element = document.createElement(name);
  element.className = kind;
  for (const [language, text] of [["en", english], ["es", spanish]]) {
    const part = element.appendChild(document.createElement("span"));
    part.lang = language;
    part.textContent = text;
  }
  return element;
}

function cell(row, text, kind = "") {
  const made = row.insertCell();
  made.className = kind;
  made.textContent = text;
  return made;
}

function show(chain, broken) {
  const row = document.querySelector("#boxes tbody").insertRow();
  cell(row, `${chain.name} (${chain.box})`);
  cell(row, `${chain.first} – ${last(chain)}`, "number");
  const result = broken === null
    ? said("td", "whole", "whole", "íntegra")
    : said("td", "broken", `broken at link ${broken}`, `rota en el eslabón ${broken}`);
  row.append(result);
  const head = document.createElement("code");
  head.textContent = hashOf(chain, last(chain));
  cell(row, "").append(head);
}

function verdict(kind, english, spanish) {
  const place = document.getElementById("verdict");
  place.className = kind;
  place.replaceChildren(...said("p", "", english, spanish).childNodes);
}

async function verify() {
  const broken = [];
  for (const chain of data.chains) {
    const number = await firstBroken(chain);
    show(chain, number);
    if (number !== null) broken.push(`${chain.box}: ${number}`);
  }
  if (!data.chains.length) verdict("broken", "There is no chain in here: nothing was verified.", "Aquí no hay ninguna cadena: no se comprobó nada.");
  else if (broken.length) verdict("broken", `NOT whole: ${broken.join(", ")}`, `NO íntegras: ${broken.join(", ")}`);
  else if (data.chains.length === 1) verdict("whole", "The chain in here is whole.", "La cadena de aquí está íntegra.");
  else verdict("whole", `All ${data.chains.length} chains in here are whole.`, `Las ${data.chains.length} cadenas de aquí están íntegras.`);
}

// What a noted head (box, number of links, hash) is in the chains of this package.
function compared(box, number, hash) {
  const chain = data.chains.find((one) => one.box === box);
  const name = `${box}, ${number}`;
  if (!chain) return said("li", "", `${name}: no box of this package`, `${name}: no es caja de este paquete`);
  if (number < chain.first - 1) return said("li", "", `${name}: older than the links in here`, `${name}: anterior a los eslabones de aquí`);
  if (number > last(chain)) {
    return said("li", "broken", `${name}: the chain in here is shorter, it ends at ${last(chain)}; this package may be older`,
      `${name}: la cadena de aquí es más corta, termina en ${last(chain)}; este paquete puede ser anterior`);
  }
  return hashOf(chain, number) === hash
    ? said("li", "whole", `${name}: the same`, `${name}: la misma`)
    : said("li", "broken", `${name}: ANOTHER hash: the chain was written anew`, `${name}: OTRO hash: la cadena se escribió de nuevo`);
}

function compare() {
  const lines = document.getElementById("noted").value.matchAll(/^[ \t]*(\S+)[ \t]+([\d.,]+)[ \t]+([0-9a-f]{64})\b/gm);
  const items = Array.from(lines, ([, box, number, hash]) => compared(box, Number(number.replace(/[.,]/g, "")), hash));
  const none = said("li", "broken", "There is no head in this text.", "En este texto no hay ninguna cabeza.");
  document.getElementById("compared").replaceChildren(...(items.length ? items : [none]));
}

function speak(language) {
  document.documentElement.lang = language;
}

speak(navigator.language.startsWith("es") ? "es" : "en");
document.getElementById("title").textContent = data.title;
for (const item of document.querySelectorAll(data.whole ? "[data-part]" : "[data-whole]")) item.hidden = true;
for (const item of document.querySelectorAll(data.whole ? "[data-whole]" : "[data-part]")) item.hidden = false;
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
document.getElementById("compare").addEventListener("click", compare);
if (globalThis.crypto?.subtle) {
  verify().catch((error) => verdict("broken", `It could not be verified: ${error.message}`, `No se pudo comprobar: ${error.message}`));
} else {
  verdict("broken", "This browser does not compute hashes for a page opened like this: nothing was verified. Try another one.",
    "Este navegador no calcula hashes para una página abierta así: no se comprobó nada. Pruebe con otro.");
}
