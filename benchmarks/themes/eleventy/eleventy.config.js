const SIZE = 20;

const newestFirst = (glob) => (api) => api.getFilteredByGlob(glob).reverse();

// The newer and the older article beside each. Eleventy's own filters look for a page from the start of the
// list every time: with 10,000 articles that is most of the cost of these links.
const beside = (entries) =>
  Object.fromEntries(
    entries.map((entry, index) => [entry.inputPath, { newer: entries[index - 1], older: entries[index + 1] }]),
  );

// The pages of each tag, tags by their name in the language: pagination goes over one list.
const topics = (language, entries) => {
  const found = new Map();
  for (const entry of entries) {
    for (const tag of entry.data.tags) {
      if (!found.has(tag)) found.set(tag, []);
      found.get(tag).push(entry);
    }
  }
  return [...found]
    .map(([tag, tagged]) => ({
      name: entries[0].data.names[tag][language],
      address: `tags/${tag.replaceAll(" ", "-")}/`,
      tagged,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(pages);
};

const pages = ({ name, address, tagged }) => {
  const count = Math.ceil(tagged.length / SIZE);
  return Array.from({ length: count }, (_, index) => ({
    name,
    address,
    entries: tagged.slice(index * SIZE, (index + 1) * SIZE),
    number: index + 1,
    count,
    size: tagged.length,
  }));
};

export default function (config) {
  config.addPassthroughCopy({ static: "/" });
  for (const [language, glob] of [["ar", "./content/articles/*.md"], ["en", "./content/en/articles/*.md"]]) {
    const articles = newestFirst(glob);
    config.addCollection(language, articles);
    config.addCollection(`${language}_beside`, (api) => beside(articles(api)));
    config.addCollection(`${language}_topics`, (api) => topics(language, articles(api)));
  }
  return {
    dir: { input: "content", includes: "../_includes", data: "../_data", output: "public" },
    // The articles hold Markdown alone.
    markdownTemplateEngine: false,
  };
}
