const newest = (glob) => (api) => api.getFilteredByGlob(glob).sort((a, b) => b.date - a.date).slice(0, 20);

export default function (config) {
  config.addPassthroughCopy({ static: "/" });
  config.addCollection("newest_ar", newest("./content/articles/*.md"));
  config.addCollection("newest_en", newest("./content/en/articles/*.md"));
  return {
    dir: { input: "content", includes: "../_includes", data: "../_data", output: "public" },
    // The articles hold Markdown alone.
    markdownTemplateEngine: false,
  };
}
