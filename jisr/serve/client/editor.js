// Translating in the page: finds the blocks that have a message, and opens an editor in their place.
// It is put into pages by jisr serve alone; no built site has it. docs/decisions/0035-blocks-in-the-page.md says how blocks are found.

import { speech, voice, word } from "./words.js";

const fact = (name) => document.querySelector(`meta[name="jisr-${name}"]`)?.content ?? "";
const OURS = "[data-jisr]";
const WAIT = 250; // milliseconds without a key after which a text is checked
const ENGLISH = { lang: "en", dir: "ltr" }; // what the server says, as a build does

/* ---- Asking the server ----------------------------------------------------------------------------- */

async function ask(name, fields) {
  const address = `/_jisr/api/${name}?${new URLSearchParams({ page: location.pathname, ...fields })}`;
  return (await fetch(address)).json();
}

async function send(name, fields) {
  const answer = await fetch(`/_jisr/api/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-jisr-token": fact("token") },
    body: JSON.stringify({ page: location.pathname, ...fields }),
  });
  return { status: answer.status, ...(await answer.json()) };
}

/* ---- Making elements ------------------------------------------------------------------------------- */

/** An element with attributes and children; texts are texts, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const spoken = (language) => ({ lang: language.code, dir: language.direction });

/** A text's words, with what has gone and what is new against another. */
function compared(steps) {
  const tags = { same: "span", gone: "del", new: "ins" };
  return steps.map(([kind, text]) => make(tags[kind], {}, text));
}

const live = make("div", { "data-jisr": "", class: "jisr-live", role: "status", onclick: unsay });
function announce(text, language = voice()) {
  unsay();
  Object.assign(live, language, { textContent: "" });
  setTimeout(() => { live.textContent = text; }, 50); // the same words again are news only to an empty region
}

/** Announce what hasn't been done, and show it until it is clicked on or the next thing is done. */
function warn(text, language) {
  announce(text, language);
  live.classList.add("jisr-seen");
}

function unsay() {
  live.classList.remove("jisr-seen");
}

/* ---- Which block is which message ------------------------------------------------------------------ */

let page = { document: null, messages: [] };
let places = new Map(); // message id → [{ element, cell }]: `cell` is the other column's, side by side
let owners = new WeakMap(); // element → message id

const plain = (text) => text.replace(/[\u2066-\u2069]/g, "").replace(/\s+/g, " ").trim();

/** What an element says, our own additions left out. */
function said(element) {
  let text = "";
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    else if (node.nodeType === Node.ELEMENT_NODE && !node.matches(OURS)) text += said(node);
  }
  return text;
}

// What a build puts around a picture isn't in the HTML that names the messages.
const within = (element) =>
  [...element.querySelectorAll("*:not(picture, source)")].filter((child) => !child.closest(OURS));

function locate() {
  places = new Map();
  owners = new WeakMap();
  const main = document.querySelector("main") ?? document.body;
  const prose = [...main.querySelectorAll(".prose")];
  const all = (prose.length ? prose : [main]).flatMap(within);
  pair(page.blocks, all, (element) => ({ element, cell: page.originals.length ? element.closest(".cell") : null }));
  pair(page.originals, all, (element) => ({ element, cell: opposite(element) }), true);
  for (const message of page.messages.filter((one) => one.context)) locateField(message, main, prose);
}

/** Find each block's HTML in the page, in order: an element of its tag that says the same. */
function pair(blocks, all, place, unlessKnown = false) {
  let from = 0;
  const known = new Set(places.keys());
  for (const html of blocks) {
    const wanted = make("template");
    wanted.innerHTML = html;
    const top = wanted.content.firstElementChild;
    const words = plain(said(top));
    const at = all.findIndex(
      (element, index) => index >= from && element.localName === top.localName && plain(said(element)) === words,
    );
    if (at < 0) continue;
    const found = [all[at], ...within(all[at])];
    [top, ...top.querySelectorAll("*:not(picture, source)")].forEach((element, index) => {
      const id = element.dataset.message;
      if (!id || !found[index]) return;
      owners.set(found[index], id);
      if (!(unlessKnown && known.has(id))) put(id, place(found[index]));
    });
    from = at + 1;
  }
}

function locateField(message, main, prose) {
  const outside = within(main).filter((element) => !prose.some((one) => one.contains(element)));
  let element = null;
  if (message.context === "image.alt") {
    element = pictureOf(outside)?.closest("figure");
  } else {
    const words = plain(message.shown ?? message.source);
    element = homeOf(message, outside, outside.filter((one) => plain(said(one)) === words)) ?? null;
    // A field's text may stand in an element within its own: take the innermost block.
    while (element?.firstElementChild && /^(DIV|FIGURE|FIGCAPTION)$/.test(element.tagName)) {
      const inner = [...element.children].find((one) => plain(said(one)) === words);
      if (!inner) break;
      element = inner;
    }
  }
  if (!element) return;
  owners.set(element, message.id);
  put(message.id, { element, cell: null });
}

/** The document's own picture: the one that is described as such. */
function pictureOf(elements) {
  const { shown, source = "" } = page.messages.find(({ context }) => context === "image.alt") ?? {};
  return elements.find((one) => one.localName === "img" && plain(one.alt) === plain(shown ?? source));
}

/** Of the elements that say `same` as a field the one that is its own: a name may stand beneath the picture and above. */
function homeOf({ context }, elements, same) {
  if (context === "title") return same.find((one) => one.localName === "h1");
  if (context === "summary") return same.find((one) => one.closest(".standfirst")) ?? same.at(0);
  const picture = pictureOf(elements);
  const figure = picture?.closest("figure");
  return picture && same.find((one) => !figure || figure.contains(one));
}

function put(id, place) {
  places.set(id, [...(places.get(id) ?? []), place]);
}

/** The translation's column beside an element of the original's. */
function opposite(element) {
  const row = element.closest(".row");
  return [...(row?.querySelectorAll(":scope > .cell") ?? [])].find((cell) => !cell.contains(element)) ?? null;
}

/* ---- Ways into the editor -------------------------------------------------------------------------- */

const placeOf = ({ id }) => ({ number: page.messages.findIndex((one) => one.id === id) + 1, all: page.messages.length });
const ofPicture = ({ context }) => context?.startsWith("image.");
const messageOf = (id) => page.messages.find((message) => message.id === id);
const penOf = (id) => document.querySelector(`.jisr-pen[data-id="${id}"]`);

/** Give each block its button. Those that are there already stay, and keep the focus. */
function dress() {
  const stale = new Set(document.querySelectorAll(".jisr-pen"));
  const nowhere = [];
  const kept = new Set(drafts.all().map(({ block }) => block));
  for (const message of page.messages) {
    const found = places.get(message.id);
    if (!found) nowhere.push(message);
    else stale.delete(pen(message, hostOf(message, found[0]), kept));
  }
  const bar = elsewhere(nowhere);
  nowhere.forEach((message) => stale.delete(pen(message, bar, kept)));
  stale.forEach((button) => button.remove());
}

function pen(message, host, kept) {
  const button = host.querySelector(`:scope > .jisr-pen[data-id="${message.id}"]`)
    ?? make("button", { type: "button", "data-jisr": "", "data-id": message.id, onclick: () => open(message.id) });
  const [kind, state] = [word(message.kind), word(`is ${message.state}`)];
  const part = ofPicture(message) ? ` ${word(`part ${message.kind}`)}` : "";
  const verb = host.matches(".jisr-elsewhere") ? kind : word(`to ${message.state}`) + part;
  const unsaved = kept.has(keyOf(message.id));
  const label = word("label", { verb, kind, state, ...placeOf(message) }) + (unsaved ? word("unsaved") : "");
  button.lang = speech; // and its direction is that of the place it stands in
  button.className = `jisr-pen jisr-${message.state}${unsaved ? " jisr-kept" : ""}`;
  if (button.textContent !== verb) button.textContent = verb;
  button.setAttribute("aria-label", label);
  button.title = label;
  // Behind the item's own words, and before the list within it.
  if (button.parentElement !== host) host.insertBefore(button, host.querySelector(":scope > :is(ul, ol)"));
  return button;
}

function hostOf(message, { element, cell }) {
  if (cell && !cell.contains(element)) return cell.querySelector(".status") ?? cell;
  // A picture's texts share a line: their buttons stand below it together.
  const figure = ofPicture(message) && element.closest("figure");
  if (figure) return figure;
  const wrapper = wrapperOf(element);
  return wrapper?.querySelector(":scope > .status") ?? element;
}

/** The box around a paragraph or a heading that isn't translated, or not as it is now. */
function wrapperOf(element) {
  const parent = element.parentElement;
  return parent?.localName === "div" && parent.matches(".awaiting, .outdated") ? parent : null;
}

/** Messages that the page doesn't show: a description of a picture, what an abbreviation stands for. */
function elsewhere(messages) {
  let bar = document.querySelector(".jisr-elsewhere");
  if (!messages.length) {
    bar?.remove();
    return null;
  }
  if (!bar) {
    bar = make("div", { "data-jisr": "", class: "jisr-elsewhere", role: "group" }, make("span"));
    (document.querySelector("main article") ?? document.querySelector("main") ?? document.body).append(bar);
  }
  Object.assign(bar, voice(), { ariaLabel: word("elsewhere") });
  bar.firstElementChild.textContent = `${word("elsewhere")}:`;
  return bar;
}

document.addEventListener("click", async (event) => {
  if (event.button || event.defaultPrevented || !(event.target instanceof Element)) return;
  if (event.target.closest(`a, button, summary, input, textarea, select, label, ${OURS}`)) return;
  if (!getSelection().isCollapsed) return;
  await settled; // the page may just have been made anew
  const box = event.target.closest(".awaiting, .outdated");
  for (let element = event.target; element; element = element.parentElement) {
    const id = owners.get(element);
    if (id) return void open(id, element);
    if (element === box) break;
  }
  const inside = box && [...box.querySelectorAll("*")].find((element) => owners.has(element));
  const cell = event.target.closest(".cell")?.querySelector(":scope > .status > .jisr-pen");
  if (inside) open(owners.get(inside), inside);
  else if (cell) open(cell.dataset.id);
});

/* ---- What was typed and not saved ------------------------------------------------------------------ */

const keyOf = (id) => `jisr:${page.site}:${page.document}:${page.language.code}:${id}`;
const TAG = /~\w*$/; // behind the block: two tabs may have two texts for it
const isHere = ({ block }) => block.startsWith(keyOf("")); // what another document has may be wanted there
const keys = new Map(); // block → the key of what is typed for it here
const drafts = {
  /** A key that nobody else writes to. */
  key(id) {
    const key = `${keyOf(id)}~${Math.random().toString(36).slice(2)}`;
    keys.set(keyOf(id), key);
    return key;
  },
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  /** Whether there was room, and it is allowed: if not, it is in the box as long as that is open. */
  write(key, draft) {
    try {
      localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  },
  /** Forget a text, unless another has been typed since: in another tab, or in the next editor. */
  remove({ key, text }) {
    try {
      if (drafts.read(key)?.text === text) localStorage.removeItem(key);
    } catch {
      // There was none.
    }
  },
  /** All that was typed for the site, the newest first. */
  all() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(`jisr:${page.site}:`))
        .map((key) => ({ key, block: key.replace(TAG, ""), ...drafts.read(key) }))
        .filter(({ text }) => typeof text === "string")
        .sort((one, other) => (other.at ?? 0) - (one.at ?? 0));
    } catch {
      return [];
    }
  },
  /** What was typed for a block: first what this page goes on with. */
  of(id) {
    const block = keyOf(id);
    const own = ({ key }) => Number(key === keys.get(block));
    return drafts.all().filter((draft) => draft.block === block).sort((one, other) => own(other) - own(one));
  },
  /** What was typed for blocks of this document that have changed, or are gone, or for this one elsewhere: the file
   *  may have been renamed. */
  lost(id) {
    const end = `:${page.language.code}:${id}`;
    return drafts.all().filter((draft) => (
      isHere(draft) ? !messageOf(draft.block.slice(keyOf("").length)) : draft.block.endsWith(end)
    ));
  },
};

/* ---- The editor ------------------------------------------------------------------------------------ */

let editor = null; // { id, form, box, digest, saved, … } while one is open
let opening = "";

/** Open the editor of a message, in the place of one of its elements: the same words may stand in several. */
async function open(id, element = null) {
  if (editor?.id === id) return void editor.box.focus();
  opening = id;
  unsay();
  const found = await ask("message", { id }).catch(() => null);
  if (opening !== id) return;
  if (!found?.id) {
    opening = "";
    if (found) warn(`${sentence(found.message)}; ${found.hint}.`, ENGLISH); else warn(word("silent"));
    return void leave();
  }
  if (!close({ quietly: true })) return;
  const message = messageOf(id);
  if (message) Object.assign(message, { state: found.state, digest: found.digest });
  editor = { ...build(found), element };
  compare();
  seat();
  fit();
  editor.box.focus({ preventScroll: true });
  show();
  if (editor.draft) check(); else showProblems(found.problems);
  suggest(id);
}

/** Bring the whole editor into view, or at least its box, at once: a smooth way would end where one begins to type. */
function show() {
  for (const part of [editor.form, editor.box]) part.scrollIntoView({ block: "nearest", behavior: "instant" });
}

function build(message) {
  const key = keys.get(keyOf(message.id)) ?? drafts.key(message.id);
  const all = drafts.of(message.id);
  all.filter(({ text }) => same(text, message.text)).forEach(drafts.remove); // saved by now
  const [typed = null, ...others] = all.filter(({ text }) => !same(text, message.text));
  const lost = drafts.lost(message.id);
  const left = page.messages.filter((one) => one.state !== "translated").length;
  const box = make("textarea", { ...spoken(page.language), id: "jisr-text", rows: "2", "aria-describedby": "jisr-problems", spellcheck: "true", autocomplete: "off" });
  box.value = typed ? typed.text : message.text;
  const problems = make("div", { id: "jisr-problems", class: "jisr-problems", role: "status", "aria-label": word("checks") });
  const suggestions = make("div", { class: "jisr-suggestions" });
  const conflict = make("div", { class: "jisr-conflict", role: "alert" });
  const news = make("span", { class: "jisr-hint" });
  const right = make("button", { type: "button", class: "jisr-right", onclick: () => save({ settle: true }) }, word("right"));
  const form = make("form", {
    ...voice(), "data-jisr": "", class: `jisr-editor jisr-is-${message.state}`, "aria-labelledby": "jisr-heading",
    onsubmit: (event) => { event.preventDefault(); save(); }, onkeydown: press,
  },
  make("p", { id: "jisr-heading", class: "jisr-heading" },
    make("span", { class: "jisr-kind" }, word(message.kind)),
    make("span", { class: "jisr-state" }, word(`is ${message.state}`)),
    make("span", { class: "jisr-count" }, word("count", { ...placeOf(message), left }))),
  make("p", { class: "jisr-label", id: "jisr-source-label" }, make("bdi", spoken(page.source), page.source.name),
    message.difference.length ? make("span", { class: "jisr-hint" }, word("changed")) : null),
  make("div", { ...spoken(page.source), class: "jisr-source", role: "group", "aria-labelledby": "jisr-source-label" },
    ...(message.difference.length ? compared(message.difference) : [message.source])),
  ...message.comments.map((comment) => make("p", { class: "jisr-comment" }, make("bdi", { dir: "auto" }, comment))),
  make("label", { class: "jisr-label", for: "jisr-text" }, make("bdi", spoken(page.language), page.language.name), news),
  box,
  problems,
  conflict,
  suggestions,
  make("div", { class: "jisr-actions" },
    make("button", { type: "submit", class: "jisr-save", "aria-keyshortcuts": "Control+Enter" }, word("save"), " ", make("kbd", ENGLISH, "Ctrl+Enter")),
    message.state === "outdated" ? right : null,
    make("button", { type: "button", "aria-keyshortcuts": "Escape", onclick: () => close() }, word("close"), " ", make("kbd", ENGLISH, "Esc")),
    make("button", { type: "button", class: "jisr-discard", hidden: !typed, onclick: discard }, word("discard")),
    ...offers(message, box.value, others, lost)));
  box.addEventListener("input", () => {
    fit();
    remember();
    right.disabled = unsaved();
    later();
  });
  right.disabled = !same(box.value, message.text);
  return {
    id: message.id, key, form, box, problems, suggestions, conflict, news, saved: message.text, written: typed?.text,
    digest: typed ? typed.digest : message.digest, draft: typed, found: [],
    from: typed && typed.key !== key ? typed : null,
    taken: [...others, ...lost].filter((draft) => draft.text === typed?.text && isHere(draft)),
  };
}

/** A button for each other text that was typed and not saved. It is forgotten when what becomes of it is saved. */
function offers(message, value, others, lost) {
  const known = new Set(["", value, message.text]);
  const fresh = ({ text }) => !known.has(text) && known.add(text);
  const offer = (name) => (draft) => make("button", { type: "button", onclick: ({ currentTarget }) => {
    const digest = draft.block === keyOf(message.id) ? draft.digest : editor.digest;
    // What was in the box stays under its key.
    Object.assign(editor, { key: drafts.key(message.id), digest, from: null, taken: [draft].filter(isHere) });
    take(draft);
    editor.form.querySelector(".jisr-discard").hidden = false;
    currentTarget.remove();
  } }, word(name), ": ", make("bdi", { ...spoken(page.language), class: "jisr-draft" }, draft.text));
  return [...others.filter(fresh).map(offer("another")), ...lost.filter(fresh).map(offer("lost"))];
}

const same = (text, other) => text.trim() === other.trim(); // a catalogue may have spaces around it
const unsaved = () => !same(editor.box.value, editor.saved);

/** Keep what is in the box. What it began with, under the key of a page that may be gone, goes on here. */
function remember() {
  const { key, from, box, digest } = editor;
  if (!drafts.write(key, { text: box.value, digest })) return false;
  if (from) drafts.remove(from);
  Object.assign(editor, { written: box.value, from: null });
  return true;
}

/** Have what is typed and not saved outlast the editor: another tab that went on with it may have moved it. */
function keep() {
  const { key, from, box } = editor;
  return !unsaved() || [key, from?.key].some((one) => drafts.read(one)?.text === box.value) || remember();
}
window.addEventListener("beforeunload", (event) => {
  if (editor && !keep()) event.preventDefault();
});

/** Put the editor in its block's place, also when the page around it has been made anew. */
function seat() {
  const { id, form, element } = editor;
  const all = places.get(id) ?? [];
  const { node, after, before, look } = seatOf(all.find((place) => place.element === element) ?? all[0]);
  form.classList.remove("jisr-covers", "jisr-fills");
  if (look) form.classList.add(look);
  if (form.isConnected && (after ? form.previousElementSibling === node : form.parentElement === node)) return;
  move(() => (after ? node.after(form) : node.insertBefore(form, before ?? null)));
  // In a fold that is shut nobody would see it.
  for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

/** Move the editor, and go on typing in it if one did. */
function move(there, typing = document.activeElement === editor.box) {
  const { box } = editor;
  const { selectionStart, selectionEnd } = box;
  there();
  if (typing) {
    box.focus({ preventScroll: true });
    box.setSelectionRange(selectionStart, selectionEnd);
  }
}

/** Where the editor of a place goes: after a node, or into it `before` a child; `look` says what it hides there. */
function seatOf(place) {
  if (!place) {
    const bar = document.querySelector(".jisr-elsewhere");
    return bar ? { node: bar, after: true } : { node: document.querySelector("main") ?? document.body };
  }
  const { element, cell } = place;
  const table = element.closest("table");
  if (cell) {
    const row = cell.closest(".row");
    const inRow = [...places.values()].filter((list) => row?.contains(list[0].element));
    return { node: cell, look: inRow.length === 1 ? "jisr-fills" : "" };
  }
  if (table) return { node: table.closest(".table-scroll") ?? table, after: true };
  if (element.closest("figure")) return { node: element.closest("figure"), after: true };
  if (element.matches("li, dt, dd")) {
    const before = element.querySelector(":scope > ul, :scope > ol"); // an item's own text comes before its items
    return { node: element, before, look: element.matches(".awaiting, .outdated") ? "jisr-fills" : "" };
  }
  return { node: wrapperOf(element) ?? element, after: true, look: "jisr-covers" };
}

/** As tall as its text. An original that is taller than its place is scrolled by keys, too. */
function fit() {
  const { box, form } = editor;
  const source = form.querySelector(".jisr-source");
  if (source.scrollHeight > source.clientHeight) source.tabIndex = 0; else source.removeAttribute("tabindex");
  if (CSS.supports("field-sizing", "content")) return;
  box.style.blockSize = "auto";
  box.style.blockSize = `${box.scrollHeight + 4}px`;
}

/** Whether it could be closed: what can't be kept would be lost. */
function close({ quietly = false } = {}) {
  opening = "";
  if (!editor) return true;
  const { id, key, form, written } = editor;
  const kept = unsaved();
  if (!keep()) return stay();
  if (!kept) drafts.remove({ key, text: written });
  const inside = form.contains(document.activeElement);
  form.remove();
  editor = null;
  dress();
  if (quietly) return true;
  if (inside || document.activeElement === document.body) penOf(id)?.focus({ preventScroll: true });
  announce(word(kept ? "kept" : "closed"));
  leave();
  return true;
}

function stay() {
  editor.form.querySelector(".jisr-discard").hidden = false;
  showProblems([{ severity: "error", message: word("noRoom"), ...voice() }]);
  show();
  return false;
}

function discard() {
  const { id, key, box, saved, written, from, taken } = editor;
  [{ key, text: written }, from, ...taken].filter(Boolean).forEach(drafts.remove);
  box.value = saved;
  close({ quietly: true });
  open(id);
}

function press(event) {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat) save(); // keys held down would settle blocks that nobody has seen
  } else if (event.altKey && /^Digit[1-9]$/.test(event.code) && /^\p{Nd}$/u.test(event.key)) { // Option+1 may type |
    const chosen = editor.found[Number(event.code.slice(5)) - 1];
    if (chosen) {
      event.preventDefault();
      take(chosen);
    }
  }
}

/* A reload waits until nothing is open: what one types would go nowhere. */
let stale = false;
document.addEventListener("jisr:reload", (event) => {
  if (!editor && !opening) return;
  stale = true;
  event.preventDefault();
});

function leave() {
  if (stale && !editor && !opening) location.reload();
}

/* ---- Saving ---------------------------------------------------------------------------------------- */

async function save({ settle = false } = {}) {
  const mine = editor;
  const { id, key, form, box, digest } = mine;
  if (form.ariaBusy === "true") return;
  if (!box.value.trim() && !editor.saved) {
    showProblems([{ severity: "warning", message: word("nothing"), ...voice() }]);
    box.focus();
    return;
  }
  form.ariaBusy = "true";
  const text = box.value;
  const answer = await send("save", { id, text, digest }).catch(() => ({
    status: 0, problems: [{ severity: "error", message: word("silentKept"), ...voice() }],
  }));
  form.ariaBusy = "false";
  if (answer.status === 200) [{ key, text }, mine.from, ...mine.taken].filter(Boolean).forEach(drafts.remove);
  if (editor !== mine) { // closed meanwhile, and perhaps opened again
    if (answer.status !== 200) warn(word("refused", { text: brief(text) }));
    else if (editor?.key === key && editor.digest === digest) beginWith(answer);
    return;
  }
  if (answer.status === 409 && answer.theirs) showConflict(answer);
  else if (answer.status !== 200) {
    showProblems(answer.problems ?? [{ severity: "error", message: answer.message, hint: answer.hint }]);
    box.focus();
  } else if (box.value !== text) { // one went on typing meanwhile
    beginWith(answer);
    remember();
    announce(word("since"));
  } else {
    Object.assign(editor, { saved: text.trim(), written: text });
    const message = messageOf(id);
    if (message) message.state = answer.state;
    const next = following(id);
    close({ quietly: true });
    const done = word(settle ? "settled" : "saved");
    if (next) {
      await open(next.id);
      announce(`${done} ${word("next", { kind: word(next.kind), ...placeOf(next) })}`);
    } else {
      penOf(id)?.focus();
      announce(`${done} ${word("done")}`);
      leave();
    }
  }
}

/** What is in the box is a change of this text from now on. */
function beginWith({ text, digest }) {
  Object.assign(editor, { saved: text, digest });
  editor.news.textContent = "";
}

/** How a text begins, set apart from the words around it. */
const brief = (text) => `\u2068${text.length > 60 ? `${text.slice(0, 60)}…` : text}\u2069`;

/** The next message that is open, the first one again after the last. */
function following(id) {
  const at = page.messages.findIndex((message) => message.id === id);
  const order = [...page.messages.slice(at + 1), ...page.messages.slice(0, Math.max(at, 0))];
  return order.find((message) => message.state !== "translated");
}

function showConflict({ theirs }) {
  const { conflict, box } = editor;
  const keep = () => {
    beginWith({ ...theirs, text: editor.saved });
    conflict.replaceChildren();
    save();
  };
  const yield_ = () => {
    beginWith(theirs);
    take(theirs);
    drafts.remove({ key: editor.key, text: theirs.text });
    conflict.replaceChildren();
  };
  const column = (title, text) => make("div", {}, make("p", { class: "jisr-label" }, title),
    make("div", { ...spoken(page.language), class: "jisr-version" }, text || "—"));
  conflict.replaceChildren(
    make("p", { class: "jisr-conflict-title" }, word("conflict")),
    make("div", { class: "jisr-versions" }, column(word("theirs"), theirs.text), column(word("mine"), box.value)),
    make("div", { class: "jisr-actions" },
      make("button", { type: "button", class: "jisr-theirs", onclick: yield_ }, word("takeTheirs")),
      make("button", { type: "button", class: "jisr-mine", onclick: keep }, word("saveMine"))),
  );
  show(); // the focus stays in the box: one may be typing
}

/** With a large letter, unless it begins with the place of what is wrong: files are called as they are. */
const sentence = (text) => (/^\S+:\d+:/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1));

/* ---- Checks and suggestions ------------------------------------------------------------------------ */

let timer = 0;
function later() {
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
}

async function check() {
  if (!editor) return;
  const { id, box } = editor;
  const text = box.value;
  const answer = await send("check", { id, text }).catch(() => null);
  if (answer && editor?.id === id && box.value === text) {
    showProblems(answer.problems ?? [{ severity: "error", message: answer.message, hint: answer.hint }]);
  }
}

function showProblems(problems) {
  const { problems: list, box } = editor;
  const key = JSON.stringify(problems);
  if (list.dataset.shown === key) return; // a live region speaks of what is put into it anew
  list.dataset.shown = key;
  list.replaceChildren(...problems.map(({ severity, message, hint, lang = "en", dir = "ltr" }) => make("p", { class: `jisr-${severity}` },
    make("span", { class: "jisr-severity" }, word(severity)), " ",
    make("bdi", { lang, dir }, hint ? `${sentence(message)}; ${hint}` : message))));
  box.ariaInvalid = String(problems.some(({ severity }) => severity === "error"));
}

async function suggest(id) {
  const answer = await ask("suggestions", { id }).catch(() => null);
  if (editor?.id !== id || !answer?.suggestions?.length) return;
  editor.found = answer.suggestions;
  editor.suggestions.replaceChildren(
    make("p", { class: "jisr-label" }, word("suggestions")),
    make("ol", {}, ...answer.suggestions.map((one, index) => make("li", {},
      make("button", { type: "button", "aria-keyshortcuts": `Alt+${index + 1}`, onclick: () => take(one) },
        make("span", { class: "jisr-share" }, one.share === 100 ? word("same") : word("alike", { share: one.share })),
        make("kbd", ENGLISH, `Alt+${index + 1}`),
        make("span", { ...spoken(page.language), class: "jisr-offer" }, one.text)),
      one.difference.length ? make("p", { ...spoken(page.source), class: "jisr-other" }, ...compared(one.difference)) : null))),
  );
  if (editor.form.contains(document.activeElement)) show(); // it has grown
}

/** Put a suggestion into the box, so that undoing brings back what was there. */
function take(suggestion) {
  const { box } = editor;
  box.focus();
  box.select();
  // The only way to write into a box that its undo knows of; browsers keep it for that.
  if (!document.execCommand("insertText", false, suggestion.text)) {
    box.value = suggestion.text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* ---- Beginning, and the page made anew ------------------------------------------------------------- */

let settled = Promise.resolve(); // when it is known which blocks of the page are which messages

function look() {
  settled = lookNow();
  return settled;
}

async function lookNow() {
  const found = await ask("page", {}).catch(() => null);
  if (found?.document) {
    page = found;
    locate();
    dress();
  } else if (found?.document === null) { // an open editor goes on keeping what is typed
    page = { ...page, messages: [] };
    places = new Map();
    document.querySelectorAll(".jisr-pen, .jisr-elsewhere").forEach((node) => node.remove());
  }
  if (!editor) return;
  if (places.has(editor.id)) seat();
  if (!messageOf(editor.id) && !editor.gone) announce(word("gone"));
  editor.gone = !messageOf(editor.id);
  compare();
  check();
}

/** Say so where the catalogue says something else by now than what the editor began with. */
function compare() {
  const { id, form, digest, news } = editor;
  if (form.ariaBusy === "true") return; // it may be what is being saved
  const now = messageOf(id)?.digest;
  const text = now && now !== digest ? word("behind") : "";
  if (text && text !== news.textContent) announce(text);
  news.textContent = text;
}

/** The page is about to be made anew: its block may take the editor with it, in the middle of a word. */
function hold() {
  if (!editor) return;
  const typing = document.activeElement === editor.box;
  document.addEventListener("jisr:updated", () => {
    if (!editor || editor.form.isConnected) return;
    editor.form.classList.remove("jisr-covers", "jisr-fills");
    move(() => (document.querySelector("main") ?? document.body).append(editor.form), typing);
  }, { once: true });
}

async function begin() {
  const style = make("link", { rel: "stylesheet", href: "/_jisr/editor.css", "data-jisr": "" });
  await new Promise((resolve) => {
    style.addEventListener("load", resolve);
    style.addEventListener("error", resolve);
    document.head.append(style);
  });
  document.body.append(live);
  await look();
  document.addEventListener("jisr:update", hold);
  document.addEventListener("jisr:updated", look);
  document.addEventListener("jisr:news", ({ detail }) => {
    // What was wrong may have been mended elsewhere. For another run of the preview the page is made anew first.
    if (detail.run === fact("run")) check();
  });
  document.addEventListener("jisr:speech", dress);
  jump();
  window.addEventListener("hashchange", jump);
}

/** The desk leads to the first block in a state. */
function jump() {
  const state = location.hash.match(/^#jisr-(missing|outdated)$/)?.[1];
  const first = state && page.messages.find((message) => message.state === state);
  if (first) open(first.id);
}

if (fact("token") && !location.pathname.startsWith("/_jisr/")) begin();
