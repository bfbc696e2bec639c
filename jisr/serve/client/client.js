// The preview's script: keeps the page as the site is, and shows what is wrong with it.
// It is put into pages by jisr serve alone; no built site has it.

const fact = (name) => document.querySelector(`meta[name="jisr-${name}"]`)?.content ?? "";

/* ---- The page as it is now ------------------------------------------------------------------------- */

let refreshing = null;
let again = false;

/** Bring the page up to date in its place, so that the reader's place in it stays. */
export async function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = update();
  await refreshing;
  refreshing = null;
  if (again) {
    again = false;
    await refresh();
  }
}

async function update() {
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

/** Make an element what another is, touching only what differs. */
function merge(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  // A link that becomes another in place is loaded as what it isn't.
  if (old.nodeName !== fresh.nodeName || old.nodeType !== Node.ELEMENT_NODE || old.nodeName === "LINK") {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  attributes(old, fresh);
  const before = [...old.childNodes].filter((node) => !ours(node));
  const after = [...fresh.childNodes];
  let start = 0;
  while (start < before.length && start < after.length && before[start].isEqualNode(after[start])) start += 1;
  let end = 0;
  while (
    end < before.length - start && end < after.length - start
    && before[before.length - 1 - end].isEqualNode(after[after.length - 1 - end])
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
  for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
    const address = new URL(link.href);
    if (address.origin !== location.origin) continue;
    address.searchParams.set("jisr", build);
    const next = link.cloneNode();
    next.href = address.href;
    next.addEventListener("load", () => link.remove());
    link.after(next);
  }
}

/* ---- News from the builds -------------------------------------------------------------------------- */

let stream = null;

function listen() {
  stream = new EventSource(`/_jisr/events?page=${encodeURIComponent(location.pathname)}`);
  stream.addEventListener("news", (event) => hear(JSON.parse(event.data)));
}

async function hear(news) {
  document.dispatchEvent(new CustomEvent("jisr:news", { detail: news }));
  if (news.scripts.length) {
    location.reload();
    return;
  }
  if (news.styles.length) restyle(news.build);
  const late = news.run !== fact("run") || (news.build !== Number(fact("build")) && !heard);
  heard = true;
  if (!news.failed && (late || news.page || news.missing)) await refresh();
}

let heard = false;

// A browser has six connections to one server: a page that nobody sees keeps none of them.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    heard = false;
    listen();
  }
});
if (!document.hidden) listen();
