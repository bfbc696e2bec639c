// The preview's script: keeps the page as the site is, and shows what is wrong with it.
// It is put into pages by jisr serve alone; no built site has it.

import { counted, voice, word } from "./words.js";

const fact = (name) => document.querySelector(`meta[name="jisr-${name}"]`)?.content ?? "";

/* ---- The page as it is now ------------------------------------------------------------------------- */

let refreshing = null;
let again = false;
let behind = false; // what the page is, after an attempt that failed

/** Bring the page up to date in its place, so that the reader's place in it stays. */
export async function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = update();
  behind = true;
  try {
    await refreshing;
    behind = false;
  } finally {
    refreshing = null;
  }
  if (again) {
    again = false;
    await refresh();
  }
}

async function update() {
  if (location.pathname.startsWith("/_jisr/")) return; // the desk keeps itself
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
    location.replace(answer.url);
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.dispatchEvent(new CustomEvent("jisr:update", { detail: fresh }));
  merge(document.head, fresh.head);
  attributes(document.documentElement, fresh.documentElement);
  merge(document.body, fresh.body);
  document.dispatchEvent(new CustomEvent("jisr:updated"));
}

// What the preview has put into the page itself is marked so, and is left where it stands.
const ours = (node) => node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-jisr");

// A style sheet that was loaded anew is still the page's own.
const plain = (node) => node.href.replace(/[?&]jisr=\d+$/, "");
const same = (old, fresh) => old.isEqualNode(fresh)
  || (old.nodeName === "LINK" && fresh.nodeName === "LINK" && old.rel === "stylesheet" && plain(old) === plain(fresh))
  || (old.nodeName === fresh.nodeName && Boolean(old.querySelector?.("[data-jisr]")) && bare(old).isEqualNode(fresh));

/** An element without what is ours in it. */
function bare(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("[data-jisr]").forEach((node) => node.remove());
  return copy;
}

/** Make an element what another is, touching only what differs. */
function merge(old, fresh) {
  if (same(old, fresh)) return;
  // A link that becomes another in place is loaded as what it isn't.
  if (old.nodeName !== fresh.nodeName || old.nodeType !== Node.ELEMENT_NODE || old.nodeName === "LINK") {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  attributes(old, fresh);
  const before = [...old.childNodes].filter((node) => !ours(node));
  const after = [...fresh.childNodes];
  let start = 0;
  while (start < before.length && start < after.length && same(before[start], after[start])) start += 1;
  let end = 0;
  while (
    end < before.length - start && end < after.length - start
    && same(before[before.length - 1 - end], after[after.length - 1 - end])
  ) end += 1;
  const left = before.slice(start, before.length - end);
  const wanted = after.slice(start, after.length - end);
  const last = before[before.length - end] ?? null;
  wanted.forEach((node, index) => {
    if (index < left.length) merge(left[index], node);
    else old.insertBefore(document.importNode(node, true), last);
  });
  left.slice(wanted.length).forEach((node) => node.remove());
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // Whether a fold is open is the reader's.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** Load style sheets anew without a moment in which the page has none. */
function restyle(build) {
  for (const link of document.querySelectorAll('link[rel="stylesheet"]:not([data-jisr])')) {
    const address = new URL(link.href);
    if (address.origin !== location.origin) continue;
    const next = link.cloneNode();
    address.searchParams.set("jisr", build);
    next.href = address.href;
    link.dataset.jisr = "leaving";
    for (const end of ["load", "error"]) next.addEventListener(end, () => leave(next));
    link.after(next);
  }
}

/** All that a style sheet stands for by now; one in between may have left before it was loaded. */
function leave(next) {
  for (const old of document.querySelectorAll('link[data-jisr="leaving"]')) {
    const before = old.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (before && plain(old) === plain(next)) old.remove();
  }
}

/* ---- What is wrong, over the page ------------------------------------------------------------------ */

// In a shadow tree of its own: neither style touches the other.
const host = document.createElement("jisr-notice");
host.dataset.jisr = "";
const shade = host.attachShadow({ mode: "open" });
shade.innerHTML = `
  <link rel="stylesheet" href="/_jisr/client.css">
  <div class="corner">
    <span class="lost" data-word="ended" hidden></span>
    <button class="reopen" type="button" aria-expanded="false" aria-controls="sheet" hidden></button>
    <a href="/_jisr/" data-word="desk"></a>
  </div>
  <section class="sheet" id="sheet" aria-labelledby="wrong" hidden>
    <div class="paper">
      <header>
        <h2 id="wrong"></h2>
        <button class="close" type="button"><span data-word="beneath"></span> <kbd>Esc</kbd></button>
      </header>
      <ol class="problems"></ol>
    </div>
  </section>
  <p class="aloud" role="alert"></p>`;
if (location.pathname.startsWith("/_jisr/")) shade.querySelector("a").remove();
const part = (selector) => shade.querySelector(selector);

let last = { problems: [], errors: 0, warnings: 0 };
let told = "";

function notice(news) {
  last = news;
  speak();
  const errors = news.problems.filter((problem) => problem.severity === "error");
  const text = JSON.stringify(errors);
  if (text === told) return;
  told = text;
  expand(errors.length > 0);
  const [first] = errors;
  part(".aloud").replaceChildren(...first
    ? [`${part(".reopen").textContent}. ${first.path}${lineOf(first)}: `, make("span", ENGLISH, first.message)]
    : []);
}

/** Say all of it in the editor's language; what a build says is English. */
function speak() {
  const { problems, errors, warnings } = last;
  for (const element of shade.querySelectorAll(".corner, .sheet, .aloud")) Object.assign(element, voice());
  for (const element of shade.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  const failed = problems.some((problem) => problem.severity === "error");
  const reopen = part(".reopen");
  reopen.hidden = !problems.length;
  reopen.classList.toggle("wrong", failed);
  reopen.textContent = failed ? counted("error", errors) : counted("warning", warnings);
  part("#wrong").textContent = word(failed ? "failed" : "warned");
  part(".problems").replaceChildren(...problems.map(entry));
}

const lineOf = ({ line, lines }) => (lines.length ? word("line", { line: String(line) }) : "");

const ENGLISH = { lang: "en", dir: "ltr" };

function expand(open) {
  part(".sheet").hidden = !open;
  part(".reopen").setAttribute("aria-expanded", String(open));
}

function entry(problem) {
  const item = make("li", { class: problem.severity });
  item.append(
    make("p", { class: "place" }, make("bdi", {}, problem.path), lineOf(problem)),
    make("p", { ...ENGLISH, class: "message" }, sentence(problem.message)),
    make("p", { ...ENGLISH, class: "hint" }, sentence(problem.hint)),
  );
  if (problem.lines.length) {
    const lines = make("table", { ...ENGLISH, class: "lines" });
    for (const [number, text] of problem.lines) {
      const row = make("tr", number === problem.line ? { class: "here", "aria-current": "true" } : {});
      row.append(make("th", { scope: "row" }, String(number)), make("td", { dir: "auto" }, text));
      lines.append(row);
    }
    item.insertBefore(lines, item.lastChild);
  }
  return item;
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");

function make(tag, given = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

part(".close").addEventListener("click", () => {
  expand(false);
  part(".reopen").focus();
});
part(".reopen").addEventListener("click", () => expand(part(".sheet").hidden));
// Before anything beneath hears of it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || part(".sheet").hidden) return;
  event.preventDefault();
  event.stopPropagation();
  expand(false);
}, true);
document.addEventListener("jisr:speech", speak);
speak();
document.documentElement.append(host);

/* ---- The desk's links to what is open -------------------------------------------------------------- */

function go() {
  const kind = { "#jisr-missing": ".awaiting", "#jisr-outdated": ".outdated" }[location.hash];
  const block = kind && document.querySelector(`main ${kind}`);
  if (!block) return;
  block.scrollIntoView({ block: "center" });
  if (!block.hasAttribute("tabindex")) block.tabIndex = -1;
  block.focus({ preventScroll: true });
}
window.addEventListener("hashchange", go);
go();

/* ---- News from the builds -------------------------------------------------------------------------- */

let stream = null;
let heard = false;

function listen() {
  heard = false;
  stream = new EventSource(`/_jisr/events?page=${encodeURIComponent(location.pathname)}`);
  stream.addEventListener("news", (event) => hear(JSON.parse(event.data)));
  stream.addEventListener("open", () => { part(".lost").hidden = true; });
  stream.addEventListener("error", () => {
    // After a new start the server has a new run, and the page has to be compared with it.
    heard = false;
    part(".lost").hidden = false;
  });
}

async function hear(news) {
  // The first word of a connection tells of what may have happened before it.
  const late = !heard && (news.run !== fact("run") || news.build !== Number(fact("build")));
  heard = true;
  notice(news);
  document.dispatchEvent(new CustomEvent("jisr:news", { detail: news }));
  // An open editor puts it off, and does it when it is closed.
  if (news.scripts.length && document.dispatchEvent(new CustomEvent("jisr:reload", { cancelable: true }))) {
    location.reload();
    return;
  }
  if (late || news.styles.length) restyle(news.build);
  for (const picture of document.images) {
    const path = pathOf(picture.src);
    if (path && (late || news.pictures.includes(decodeURIComponent(path)))) picture.src = `${path}?jisr=${news.build}`;
  }
  for (const source of document.querySelectorAll("picture > source")) {
    // Smaller pictures are made by the build that follows a proof: have those taken that weren't there yet.
    if (news.pictures.some((path) => source.srcset.includes(encodeURI(path)))) source.srcset = String(source.srcset);
  }
  if (late || behind || news.page || news.missing) await refresh();
}

/** The path of an address on this server; nothing for any other, or for one that can't be decoded. */
function pathOf(address) {
  try {
    const { origin, pathname } = new URL(address, location.href);
    return origin === location.origin && decodeURIComponent(pathname) ? pathname : "";
  } catch { // no address, or a % that stands for itself
    return "";
  }
}

// A browser has six connections to one server: a page that nobody sees keeps none of them.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    listen();
  }
});
if (!document.hidden) listen();
