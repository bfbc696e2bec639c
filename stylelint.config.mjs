// The rules of Arabic typography and of direction that a style sheet can break unseen.
export default {
  extends: "stylelint-config-recommended",
  rules: {
    "no-descending-specificity": null, // asks for an order other than the page's own, from top to bottom
    // Physical sides don't mirror; sizes and what runs along the block axis need not.
    "property-layout-mappings": [
      "flow-relative",
      { ignoreProperties: [/^(min-|max-)?(width|height)$/, /(^|-)(top|bottom)$/, /^overflow-[xy]$/] },
    ],
    "value-keyword-layout-mappings": "flow-relative",
    "property-disallowed-list": [
      "direction", // belongs in the markup (dir), where it holds without the style sheet
      "letter-spacing", // pulls joined letters apart in WebKit
    ],
    "declaration-property-value-disallowed-list": {
      // Four values of which the second and the fourth are physical sides.
      "/^(margin|padding|inset|border-(width|style|color)|scroll-(margin|padding))$/": [/^\S+ \S+ \S+ \S+$/],
      "text-align": ["justify"], // rivers: no browser stretches Arabic as it should be
      "word-break": ["break-all"], // cuts a word between joined letters
      hyphens: ["auto"], // Arabic isn't hyphenated
      "unicode-bidi": [/override/, "embed"], // reorder their neighbours; isolates don't
    },
    // :lang() matches every descendant and beats `code { font-family: monospace }`: [lang|="ar"] doesn't.
    "selector-pseudo-class-disallowed-list": ["lang"],
  },
};
