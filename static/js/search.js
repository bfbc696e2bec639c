// The search page: asks Pagefind's indices and shows what they answer. Loads them when something is sought.
// What Pagefind misses in Arabic is sought in other forms of the words: docs/decisions/0062-search.md.

// Harakat, tatweel, and what says without being seen which way a text runs.
const MARKS = /[\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ARABIC = /[\u0621-\u064a]/;
const ARTICLE = /^[وف]?(?:[بك]?ال|لل)(?=...)/;
const PREFIXES = [..."وفبكل"]; // that Pagefind takes for such, but not before short words or an alef
const SHORT = 4; // letters
const ENDS = { ى: "ي", ه: "ة", ة: "ه" };
const SEATS = { ؤ: "ئ", ئ: "ؤ" };
const DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹";
const PERSIAN = { ي: "ی", ى: "ی", ك: "ک" }; // letters by keyboards for Arabic
const MOST = 36; // forms of a query
const AT_ONCE = 10; // results

const finder = document.getElementById("finder");
const [form, input] = [finder.querySelector("form"), finder.querySelector("input")];
const [found, results, more] = ["found", "results", "more"].map((id) => document.getElementById(id));
const words = document.getElementById("words").content;
const plurals = new Intl.PluralRules(document.documentElement.lang);
const numbers = new Intl.NumberFormat(finder.dataset.numbers);

const RUNS = finder.dataset.runs ? new RegExp(finder.dataset.runs, "g") : null;

let indices; // a promise, from the first use on
let turn = Promise.resolve(); // the last question
let asked = ""; // what the page shows, or will
let rest = []; // results that aren't shown yet

const persian = (word) => word.replace(/[يىك]/g, (c) => PERSIAN[c]);
const arabic = (word) => word.replaceAll("ی", "ي").replaceAll("ک", "ك");
const latin = (word) => word.replace(/[٠-٩۰-۹]/g, (c) => DIGITS.indexOf(c) % 10);

function forms(word) {
  const letters = [persian(word), arabic(word)].map(latin);
  const digits = letters.flatMap((one) => [0, 10].map((at) => one.replace(/\d/g, (c) => DIGITS[at + Number(c)])));
  return [...new Set([word, ...declined(arabic(word)), ...letters, ...digits])];
}

function declined(word) {
  if (!ARABIC.test(word)) return [word];
  const bare = word.replace(ARTICLE, "");
  const all = [word, `ال${bare}`, `وال${bare}`, `فال${bare}`];
  if (bare !== word && PREFIXES.includes(bare[0])) all.splice(1, 0, bare);
  if (bare.length <= SHORT || /^[اأإآ]/.test(bare)) all.push(...PREFIXES.map((prefix) => prefix + bare));
  const ends = all.flatMap((one) => (one.at(-1) in ENDS ? [one, one.slice(0, -1) + ENDS[one.at(-1)]] : [one]));
  const seats = ends.flatMap((one) => (/[ؤئ]/.test(one) ? [one, one.replace(/[ؤئ]/g, (c) => SEATS[c])] : [one]));
  return seats;
}

// A word for comparing: alefs alike, without article, and so on.
function folded(word) {
  const plain = word.normalize("NFKC").replace(MARKS, "").toLowerCase().replace(ARTICLE, "");
  return latin(arabic(plain)).replace(/[أإآٱ]/g, "ا").replaceAll("ى", "ي").replaceAll("ة", "ه");
}

// Whether a word found is the one sought, or begins as it does. Pagefind shortens what it hasn't until it has it.
function meant(sought, word) {
  const [one, other] = [folded(sought), folded(word)];
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  return same >= Math.max(3, one.length - 3);
}

// The forms of a word that an index has; the word itself where it is the beginning of one.
async function known(index, word) {
  const has = [];
  for (const form of forms(word)) {
    if ((await index.search(`"${form}"`)).results.length) has.push(form);
  }
  if (has.length) return has;
  const [first] = (await index.search(word)).results;
  const marks = first ? marked((await first.data()).excerpt).filter((node) => node.nodeName === "MARK") : [];
  return marks.some((mark) => meant(word, mark.textContent)) ? [word] : [];
}

// The queries by which an index finds what is meant by one: none where it has no form of one of the words.
async function queries(index, query) {
  const plain = query.normalize("NFKC").replace(MARKS, "").trim();
  if (plain.includes('"')) return [plain]; // to be found as it is
  let all = [""];
  const sought = plain.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const fair = Math.max(1, Math.floor(MOST ** (1 / sought.length))); // forms of each word
  for (const word of sought) {
    const ways = (await known(index, word)).slice(0, fair);
    all = all.flatMap((start) => ways.map((way) => `${start} ${way}`.trim()));
  }
  return all;
}

async function load() {
  const places = finder.dataset.indices.split(" ");
  const entry = await fetch(`${places[0]}pagefind-entry.json`); // Pagefind waits for ever if there is none
  if (!entry.ok) throw new Error(`${entry.url}: ${entry.status}`);
  const modules = await Promise.all(places.map((place) => import(`${place}pagefind.js`))); // each with its memory
  await Promise.all(modules.map((module) => module.options({ baseUrl: finder.dataset.base })));
  return modules;
}

function library() {
  indices ??= load().catch((error) => {
    indices = undefined; // to be tried again
    throw error;
  });
  return indices;
}

// What an index has by all of a query's forms; nothing where another question has been asked meanwhile.
async function answers(index, query) {
  const all = [];
  for (const way of await queries(index, query)) {
    if (query !== asked) return [];
    all.push(...(await index.search(way)).results);
  }
  return all;
}

// What all indices have, the best first, each page once. One question at a time, to its end: Pagefind takes no two.
async function search(query) {
  const best = new Map();
  const all = await Promise.allSettled((await library()).map((index) => answers(index, query)));
  const failed = all.find(({ reason }) => reason);
  if (failed) throw failed.reason;
  for (const result of all.flatMap(({ value }) => value)) {
    if (!(best.get(result.id)?.score >= result.score)) best.set(result.id, result);
  }
  return [...best.values()].sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Words of the page with something in the place of their #, if they have one.
function say(word, value = "") {
  const text = words.querySelector(`[data-word="${word}"]`) ?? words.querySelector('[data-word="other"]');
  const [before, after] = text.textContent.split("#");
  found.replaceChildren(before, ...(after === undefined ? [] : [value, after]));
}

// Text with marks; of what stands between them, nothing is taken for markup.
function marked(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return [...body.childNodes].map((node) =>
    node.nodeName === "MARK" ? element("mark", {}, node.textContent) : node.textContent);
}

// Put the runs that would misorder in Arabic, such as C++, into elements of their own direction (jisr/bidi.py).
function ordered(made) {
  const runs = RUNS ? [...made.textContent.matchAll(RUNS)] : [];
  for (const run of runs.reverse()) {
    const range = document.createRange();
    range.setStart(...place(made, run.index));
    range.setEnd(...place(made, run.index + run[0].length));
    const isolate = element("bdi", { dir: "ltr" }, range.extractContents());
    range.insertNode(isolate);
  }
  return made;
}

// The text node that has the character before a place in an element's text, and where in it; or the first at all.
function place(made, at) {
  const texts = document.createTreeWalker(made, NodeFilter.SHOW_TEXT);
  let left = at;
  while (texts.nextNode()) {
    const { length } = texts.currentNode;
    if (left <= length) return [texts.currentNode, left];
    left -= length;
  }
  return [made, made.childNodes.length];
}

// What an index has of a page around the words, without the title before it, which stands above already.
function extract(excerpt, title) {
  const made = element("p", { className: "excerpt" }, ...marked(excerpt));
  const text = made.textContent;
  const length = title && text.startsWith(title) ? title.length + text.slice(title.length).search(/[^\s.]|$/) : 0;
  if (length && length < text.length) {
    const range = document.createRange();
    range.setStart(made, 0);
    range.setEnd(...place(made, length));
    range.deleteContents();
  }
  return made;
}

function item({ url, excerpt, meta }) {
  const link = element("a", { href: url }, meta.title ?? decodeURIComponent(meta.original ?? url));
  const heading = element("h2", {}, ordered(link));
  if (!meta.title && meta.original) {
    heading.lang = finder.dataset.sourceLanguage;
    heading.dir = finder.dataset.sourceDirection;
  }
  const facts = element("p", { className: "facts" });
  if (meta.day) facts.append(element("span", {}, element("time", { dateTime: meta.date }, meta.day)));
  if (meta.topic) facts.append(element("span", {}, element("bdi", {}, meta.topic)));
  const text = element("div", {}, heading, ordered(extract(excerpt, meta.title)));
  if (facts.childNodes.length) text.append(facts);
  const picture = meta.picture ? [element("img", { src: meta.picture, alt: "", loading: "lazy" })] : [];
  return element("li", { className: picture.length ? "result illustrated" : "result" }, ...picture, text);
}

async function show() {
  const [query, next] = [asked, rest.splice(0, AT_ONCE)];
  const pages = await Promise.all(next.map((result) => result.data()));
  if (query !== asked) return null;
  const items = pages.map(item);
  results.append(...items);
  more.hidden = rest.length === 0;
  return items[0];
}

async function answer(query) {
  if (query === asked) return;
  asked = query;
  rest = [];
  if (!query) {
    results.replaceChildren();
    found.replaceChildren();
    more.hidden = true;
    return;
  }
  const slow = setTimeout(() => query === asked && say("looking"), 400);
  try {
    turn = turn.then(() => (query === asked ? search(query) : []));
    const all = await turn;
    if (query !== asked) return;
    results.replaceChildren();
    rest = [...all];
    await show();
    if (query !== asked) return;
    clearTimeout(slow);
    if (all.length) say(plurals.select(all.length), numbers.format(all.length));
    else say("nothing", element("bdi", {}, query));
  } catch (error) {
    turn = Promise.resolve();
    if (query === asked) {
      results.replaceChildren();
      more.hidden = true;
      say("failed");
      asked = ""; // so that the same can be asked again
    }
    console.error(error);
  } finally {
    clearTimeout(slow);
  }
}

function sought() {
  return input.value.trim().replace(/\s+/g, " ");
}

let final = false; // whether the address's query was asked for, and not only typed on the way to another

function fromAddress() {
  input.value = new URL(location).searchParams.get("q") ?? "";
  final = input.value !== "";
  answer(sought());
}

function ask() {
  const [query, to] = [sought(), new URL(location)];
  if (query) to.searchParams.set("q", query);
  else to.searchParams.delete("q");
  if (to.href !== location.href) {
    history[final ? "pushState" : "replaceState"](null, "", to);
    final = false;
  }
  answer(query);
}

let pause;
input.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(ask, 250);
});
input.addEventListener("focus", () => library().catch(() => {}), { once: true });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(pause);
  ask();
  final = true;
});
more.addEventListener("click", async () => {
  const first = await show();
  first?.querySelector("a").focus();
});
addEventListener("popstate", fromAddress);
fromAddress();
