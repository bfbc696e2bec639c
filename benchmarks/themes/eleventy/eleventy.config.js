const SIZE = 20;

const newest = (glob) => (api) => api.getFilteredByGlob(glob).sort((one, other) => other.date - one.date);

// Each tag with its name in the language, its address and its articles, by name.
const topics = (language, entries) => {
  const found = new Map();
  for (const entry of entries)
    for (const tag of entry.data.tags) found.set(tag, [...(found.get(tag) ?? []), entry]);
  return [...found]
    .map(([tag, tagged]) => ({
      name: tagged[0].data.names[tag][language],
      address: `tags/${tag.replaceAll(" ", "-")}/`,
      tagged,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
};

// A page takes one entry of this: pagination goes over one list.
const topicPages = ({ name, address, tagged }) => {
  const count = Math.ceil(tagged.length / SIZE);
  return Array.from({ length: count }, (_, index) => ({
    name,
    address,
    entries: tagged.slice(index * SIZE, (index + 1) * SIZE),
    number: index + 1,
    count,
  }));
};

export default function (config) {
  config.addPassthroughCopy({ static: "/" });
  for (const [language, glob] of [["ar", "./content/articles/*.md"], ["en", "./content/en/articles/*.md"]]) {
    const articles = newest(glob);
    config.addCollection(language, articles);
    config.addCollection(`${language}_topics`, (api) =>
      topics(language, articles(api)).map(({ name, address, tagged }) => ({ name, address, size: tagged.length })),
    );
    config.addCollection(`${language}_topic_pages`, (api) => topics(language, articles(api)).flatMap(topicPages));
  }
  return {
    dir: { input: "content", includes: "../_includes", data: "../_data", output: "public" },
    // The articles hold Markdown alone.
    markdownTemplateEngine: false,
  };
}
