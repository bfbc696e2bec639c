// What the preview says to an editor, in Arabic or English: as the browser asks, or as was chosen on the desk.

export const WORDS = {
  en: {
    // The desk
    desk: "Desk", progress: "How far the translation is", documents: "Documents", search: "Search by title",
    show: "Show", more: "Show more", all: "All", open: "To translate", outdated: "Out of date",
    draft: "Drafts", scheduled: "Scheduled", translated: "Translated", missing: "Awaiting translation",
    "is draft": "Draft", "is scheduled": "Scheduled", "is expired": "Expired", isPage: "Page",
    sideBySide: "Side by side", none: "Nothing here matches.", errors: "The site can’t be built: errors",
    warnings: "Warnings of the last build", newest: "newest",
    oldest: "oldest", other: "العربية",
    // Over every page
    ended: "The preview has ended", beneath: "See the page beneath", line: ", line {line}",
    failed: "The site can’t be built as it is. The page beneath is the last good one.",
    warned: "The site was built, with warnings.",
    "error one": "{count} error", "error other": "{count} errors",
    "warning one": "{count} warning", "warning other": "{count} warnings",
    // The editor: the blocks, and how far they are
    paragraph: "paragraph", heading: "heading", "list item": "list item", "table cell": "table cell",
    "table heading": "table heading", term: "term", definition: "definition", caption: "caption",
    abbreviation: "abbreviation", title: "title", summary: "summary",
    "image.alt": "picture’s description", "image.caption": "picture’s caption", "image.credit": "picture’s credit",
    "is missing": "awaiting translation", "is outdated": "out of date", "is translated": "translated",
    "to missing": "Translate", "to outdated": "Review", "to translated": "Edit",
    "part image.alt": "description", "part image.caption": "caption", "part image.credit": "credit",
    label: "{verb}: {kind}, {number} of {all}, {state}", unsaved: ", typed and not saved", count: "{number} of {all}, {left} open",
    elsewhere: "Not shown on this page",
    // and what it is called by
    changed: "changes since the translation are marked", behind: "the catalogue has changed since", checks: "Checks", save: "Save, next",
    right: "Still right", close: "Close", discard: "Discard what I typed",
    lost: "Take what I typed for a block that has changed", another: "Take what I typed for this block elsewhere",
    suggestions: "Translated elsewhere",
    same: "same text", alike: "{share}% alike", error: "Error", warning: "Check",
    conflict: "The translation was changed elsewhere in the meantime; compare the two and choose.",
    theirs: "In the catalogue now", mine: "Yours", takeTheirs: "Take the catalogue’s", saveMine: "Save mine over it",
    // and what it tells
    silent: "The preview doesn’t answer; start it again.",
    silentKept: "The preview doesn’t answer; start it again: what you typed is kept.",
    closed: "Closed.", kept: "Closed. What you typed is kept.", nothing: "There is nothing to save yet.",
    saved: "Saved.", settled: "Settled.", since: "Saved, but for what you typed since.",
    next: "Next: {kind}, {number} of {all}.", done: "Nothing is left open on this page.",
    gone: "The block is gone or has changed. What you typed is kept.",
    refused: "This couldn’t be saved, and is kept for its block: “{text}”",
    noRoom: "This browser can’t keep what you typed: save it, or copy it elsewhere and discard it.",
  },
  ar: {
    desk: "المكتب", progress: "ما أُنجز من الترجمة", documents: "المواد", search: "البحث في العناوين",
    show: "عرض", more: "عرض المزيد", all: "الكل", open: "تحتاج إلى ترجمة", outdated: "ترجمة قديمة",
    draft: "المسوّدات", scheduled: "المجدولة", translated: "مترجَم", missing: "بانتظار الترجمة",
    "is draft": "مسوّدة", "is scheduled": "مجدولة", "is expired": "منتهية", isPage: "صفحة",
    sideBySide: "النصّان معًا", none: "لا شيء يطابق ذلك.", errors: "لا يمكن بناء الموقع: أخطاء",
    warnings: "تنبيهات البناء الأخير", newest: "الأحدث",
    oldest: "الأقدم", other: "English",

    ended: "انتهت المعاينة", beneath: "عرض الصفحة تحت هذا", line: "، السطر {line}",
    failed: "لا يمكن بناء الموقع على حاله. الصفحة التي تحت هذا هي آخر ما بُني سليمًا.",
    warned: "بُني الموقع مع تنبيهات.",
    "error one": "خطأ واحد", "error two": "خطآن", "error few": "{count} أخطاء", "error many": "{count} خطأً",
    "error other": "{count} خطأ",
    "warning one": "تنبيه واحد", "warning two": "تنبيهان", "warning few": "{count} تنبيهات",
    "warning many": "{count} تنبيهًا", "warning other": "{count} تنبيه",

    paragraph: "فقرة", heading: "عنوان فرعي", "list item": "بند في قائمة", "table cell": "خانة في جدول",
    "table heading": "رأس عمود", term: "مصطلح", definition: "تعريف", caption: "تعليق",
    abbreviation: "اختصار", title: "العنوان", summary: "الملخّص",
    "image.alt": "وصف الصورة", "image.caption": "تعليق الصورة", "image.credit": "مصدر الصورة",
    "is missing": "بانتظار الترجمة", "is outdated": "ترجمة قديمة", "is translated": "مترجَم",
    "to missing": "ترجمة", "to outdated": "مراجعة", "to translated": "تعديل",
    "part image.alt": "الوصف", "part image.caption": "التعليق", "part image.credit": "المصدر",
    label: "{verb}: {kind}، {number} من {all}، {state}", unsaved: "، كُتب ولم يُحفظ", count: "{number} من {all}، بقي {left}",
    elsewhere: "ما لا يظهر في هذه الصفحة",

    changed: "ما تغيّر منذ الترجمة معلَّم", behind: "تغيّرت الترجمة في ملفها منذ ذلك", checks: "الفحوص", save: "حفظ والتالي",
    right: "ما زالت صحيحة", close: "إغلاق", discard: "حذف ما كتبتُه",
    lost: "استعادة ما كتبتُه لفقرة تغيّرت", another: "استعادة ما كتبتُه لهذه الفقرة في موضع آخر",
    suggestions: "تُرجم في مواضع أخرى",
    same: "النص نفسه", alike: "تشابه {share}%", error: "خطأ", warning: "للتحقّق",
    conflict: "تغيّرت الترجمة في موضع آخر أثناء ذلك؛ قارن بين النصّين واختر.",
    theirs: "في ملف الترجمة الآن", mine: "نصّك", takeTheirs: "أخذ ما في الملف", saveMine: "حفظ نصّي مكانه",

    silent: "المعاينة لا تجيب؛ شغّلها من جديد.",
    silentKept: "المعاينة لا تجيب؛ شغّلها من جديد: ما كتبتَه محفوظ.",
    closed: "أُغلق.", kept: "أُغلق. ما كتبتَه محفوظ.", nothing: "لا شيء يُحفظ بعد.",
    saved: "حُفظ.", settled: "أُقرّت الترجمة.", since: "حُفظ، إلا ما كتبتَه بعد ذلك.",
    next: "التالي: {kind}، {number} من {all}.", done: "لم يبقَ شيء في هذه الصفحة.",
    gone: "حُذفت الفقرة أو تغيّرت. ما كتبتَه محفوظ.",
    refused: "تعذّر حفظ هذا في ملف الترجمة، وهو محفوظ لفقرته: «{text}»",
    noRoom: "لا يستطيع هذا المتصفّح أن يحتفظ بما كتبتَه: احفظه في ملف الترجمة، أو انسخه إلى موضع آخر ثم احذفه.",
  },
};
const KEY = "jisr-desk";

/** The language that is spoken. */
export let speech = chosen() ?? asked() ?? "en";

function chosen() {
  try {
    const code = localStorage.getItem(KEY);
    return code in WORDS ? code : null;
  } catch { // not allowed
    return null;
  }
}

function asked() {
  return navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag in WORDS);
}

/** Speak the other language from now on, on all open pages. */
export function change() {
  speak(speech === "ar" ? "en" : "ar");
  try {
    localStorage.setItem(KEY, speech);
  } catch {
    // For this page, then.
  }
}

function speak(code) {
  speech = code;
  document.dispatchEvent(new CustomEvent("jisr:speech"));
}

window.addEventListener("storage", ({ key, newValue }) => {
  if (key === KEY && newValue in WORDS) speak(newValue);
});

/** The attributes of an element that says something in it. */
export const voice = () => ({ lang: speech, dir: speech === "ar" ? "rtl" : "ltr" });

export const number = (value) => new Intl.NumberFormat(speech === "ar" ? "ar-u-nu-latn" : "en").format(value);

/** A word or sentence, with values in the places that it has for them; a name that isn't known is its own word. */
export function word(name, values = {}) {
  const text = WORDS[speech][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => typeof values[key] === "number" ? number(values[key]) : values[key]);
}

/** So many of something, in the form that the language has for that number. */
export const counted = (name, count) => word(`${name} ${new Intl.PluralRules(speech).select(count)}`, { count });
