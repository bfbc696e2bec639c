// The desk: all documents with their progress, what is wrong, and the way to each place.

import { change, number, speech, voice, word } from "./words.js";

const PAGE = 60;
const COLUMNS = 160;

let desk = null;
let told = ""; // what `desk` was made of
let shown = PAGE;
const $ = (selector) => document.querySelector(selector);

function make(tag, given = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) if (value !== null) element.setAttribute(name, value);
  element.append(...inside.filter((part) => part !== null));
  return element;
}

const phrase = ({ text, lang, dir }) => make("bdi", { lang, dir }, text);

/* ---- The whole ------------------------------------------------------------------------------------- */

function sum(documents, language) {
  const total = { total: 0, translated: 0, outdated: 0, missing: 0 };
  for (const { editions } of documents) {
    const edition = editions.find((one) => one.language === language);
    if (edition) for (const part of Object.keys(total)) total[part] += edition[part];
  }
  return total;
}

function progress() {
  $(".languages").replaceChildren(...desk.languages.slice(1).map((language) => {
    const total = sum(desk.documents, language.code);
    const percent = total.total ? `${number(Math.floor((total.translated * 100) / total.total))}%` : "–";
    const legend = make("dl", { class: "legend" }, ...["translated", "outdated", "missing"].map((part) => make(
      "div", { class: part },
      make("dt", {}, word(part)), make("dd", {}, number(total[part])),
    )));
    return make(
      "figure", {},
      make("figcaption", {}, phrase({ text: language.name, lang: language.code, dir: language.direction }), " ",
        make("strong", { dir: "ltr" }, percent)),
      picture(language.code),
      make("p", { class: "ends", "aria-hidden": "true" }, make("span", {}, word("newest")), make("span", {}, word("oldest"))),
      legend,
    );
  }));
}

// A column for each document or, of many, for some that follow each other.
function picture(language) {
  const documents = desk.documents.filter((one) => one.editions.some(({ total }) => total));
  const columns = Math.max(1, Math.min(documents.length, COLUMNS));
  const picture = make("div", { class: "picture", "aria-hidden": "true" });
  for (let index = 0; index < columns; index += 1) {
    const from = Math.floor((index * documents.length) / columns);
    const part = documents.slice(from, Math.floor(((index + 1) * documents.length) / columns));
    const { total, translated, outdated, missing } = sum(part, language);
    const column = make("div", { title: part.length === 1 ? part[0].title.text : null });
    for (const [name, value] of Object.entries({ missing, outdated, translated })) {
      if (!value) continue;
      const bar = make("span", { class: name });
      bar.style.flexGrow = String(value / total);
      column.append(bar);
    }
    picture.append(column);
  }
  return picture;
}

/* ---- What is wrong --------------------------------------------------------------------------------- */

function wrong() {
  $(".wrong").hidden = !desk.problems.length;
  $(".wrong").classList.toggle("failed", desk.errors > 0);
  $("#wrong-title").textContent = `${word(desk.errors ? "errors" : "warnings")} (${number(desk.errors || desk.warnings)})`;
  $(".wrong ol").replaceChildren(...desk.problems.map((problem) => {
    const place = make("bdi", { dir: "ltr" }, `${problem.path}:${problem.line}`);
    return make(
      "li", { class: problem.severity, lang: "en", dir: "ltr" },
      make("p", { class: "place" }, problem.url ? make("a", { href: problem.url }, place) : place),
      make("p", {}, make("strong", {}, problem.message), "; ", problem.hint),
    );
  }));
}

/* ---- The documents --------------------------------------------------------------------------------- */

const CHOICES = {
  all: () => true,
  open: ({ editions }) => editions.some(({ missing, outdated }) => missing || outdated),
  outdated: ({ editions }) => editions.some(({ outdated }) => outdated),
  draft: ({ unpublished }) => unpublished === "draft",
  scheduled: ({ unpublished }) => unpublished === "scheduled",
};

/** Letters that one writes for another, and marks that one leaves out, don't matter. */
const folded = (text) => text.normalize("NFKD").toLowerCase().replace(/[\p{M}\u0640]/gu, "")
  .replace(/[\u0622\u0623\u0625\u0671]/gu, "\u0627").replace(/[\u0649\u06CC]/gu, "\u064A").replace(/\u06A9/gu, "\u0643")
  .replace(/\u0629/gu, "\u0647");

function matches(one, words) {
  one.folded ??= folded([one.title.text, ...one.editions.map(({ title }) => title.text), one.path].join("\n"));
  return words.every((each) => one.folded.includes(each));
}

/** How many documents each choice leaves. The buttons stay, since one of them may be pressed just now. */
function choices() {
  for (const input of document.querySelectorAll(".choose [type=radio]")) {
    input.parentElement.querySelector("b").textContent = number(desk.documents.filter(CHOICES[input.value]).length);
  }
}

function documents() {
  const words = folded($("input[type=search]").value).split(/\s+/u).filter(Boolean);
  const holds = CHOICES[$(".choose :checked").value];
  const found = desk.documents.filter((one) => holds(one) && matches(one, words));
  list(found.slice(0, shown).map(row));
  $(".found").textContent = found.length ? `${word("documents")}: ${number(found.length)}` : word("none");
  $(".more").hidden = found.length <= shown;
  history.replaceState({ search: $("input[type=search]").value, choice: $(".choose :checked").value, shown }, "");
}

/** Show what was shown here when one went on to a page and comes back. */
function restore() {
  if (!history.state) return;
  const { search, choice } = history.state;
  ({ shown } = history.state);
  $("input[type=search]").value = search;
  $(`.choose [value="${choice}"]`).checked = true;
}

/** Have these rows. What says the same stays where it is, with the reader's focus and place. */
function list(fresh) {
  const rows = $(".rows");
  const known = new Map([...rows.children].map((item) => [item.dataset.path, item]));
  const from = document.activeElement.closest(".rows > li");
  const at = from && [...from.querySelectorAll("a")].indexOf(document.activeElement);
  let next = rows.firstElementChild;
  for (const item of fresh) {
    const old = known.get(item.dataset.path);
    const wanted = old?.isEqualNode(item) ? old : item;
    if (wanted === next) next = next.nextElementSibling;
    else rows.insertBefore(wanted, next);
  }
  while (next) {
    const gone = next;
    next = next.nextElementSibling;
    gone.remove();
  }
  if (!from || document.activeElement !== document.body) return;
  const links = [...rows.children].find((item) => item.dataset.path === from.dataset.path)?.querySelectorAll("a");
  (links?.[at] ?? links?.[0])?.focus({ preventScroll: true });
}

function row(one) {
  const marks = make("p", { class: "facts" });
  if (one.unpublished) marks.append(make("span", { class: "mark late" }, word(`is ${one.unpublished}`)));
  if (one.kind === "page") marks.append(make("span", { class: "mark" }, word("isPage")));
  if (one.date) marks.append(make("time", { datetime: one.date, dir: "ltr" }, one.date.slice(0, 10)));
  marks.append(make("bdi", { class: "path", dir: "ltr" }, one.path));
  return make(
    "li", { "data-path": one.path },
    make("div", { class: "what" }, make("h3", {}, make("a", { href: one.url }, phrase(one.title))), marks),
    ...one.editions.map(edition),
  );
}

function edition(one) {
  const { code, direction, name } = desk.languages.find(({ code: other }) => other === one.language);
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  for (const part of ["translated", "outdated", "missing"]) {
    if (!one[part]) continue;
    const share = make("span", { class: part });
    share.style.flexGrow = String(one[part]);
    bar.append(share);
  }
  const ways = make("span", { class: "ways" });
  if (one.outdated) ways.append(way(`${one.url}#jisr-outdated`, "outdated", one.outdated));
  if (one.missing) ways.append(way(`${one.url}#jisr-missing`, "missing", one.missing));
  if (one.parallel) ways.append(make("a", { href: one.parallel }, word("sideBySide")));
  return make(
    "div", { class: "edition" },
    make("a", { class: "how", href: one.url }, make("bdi", { lang: code, dir: direction }, name), " ",
      make("strong", { dir: "ltr" }, one.total ? `${number(one.percent)}%` : "–"), bar),
    ways,
  );
}

const way = (href, part, value) => make("a", { class: part, href }, `${word(part)}: ${number(value)}`);

/* ---- All of it ------------------------------------------------------------------------------------- */

function show() {
  Object.assign(document.documentElement, voice());
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  $(".speech").textContent = word("other");
  $(".speech").lang = speech === "ar" ? "en" : "ar";
  if (!desk) return;
  const title = desk.title[speech] ?? Object.values(desk.title)[0] ?? "Jisr";
  document.title = `${word("desk")} — ${title}`;
  $(".site a").textContent = title;
  wrong();
  progress();
  choices();
  documents();
}

/** What is shown is left alone where nothing has changed: somebody may be on a link of it. */
async function load() {
  const text = await (await fetch("/_jisr/api/desk")).text();
  if (text === told) return;
  told = text;
  desk = JSON.parse(text);
  show();
}

$("input[type=search]").addEventListener("input", () => { shown = PAGE; documents(); });
$(".choose").addEventListener("change", ({ target }) => {
  if (target.type !== "radio") return; // the search, as one leaves it: what one clicks on has to stay
  shown = PAGE;
  documents();
});
$(".choose").addEventListener("submit", (event) => event.preventDefault());
$(".more").addEventListener("click", () => { shown += PAGE; documents(); });
$(".speech").addEventListener("click", change);
document.addEventListener("jisr:speech", show);

let waiting = null;
document.addEventListener("jisr:news", () => {
  clearTimeout(waiting);
  waiting = setTimeout(load, 150);
});
restore();
show();
load();
