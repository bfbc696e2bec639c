"""Settings of Pelican: the pages of the other generators, and nothing else."""

SITEURL = "https://example.org"
SITENAME = "الصحيفة"
EDITIONS = {
    "ar": {"title": SITENAME, "description": "أخبار للقياس", "dir": "rtl", "home": "/", "name": "العربية"},
    "en": {
        "title": "The Gazette", "description": "News to measure by", "dir": "ltr", "home": "/en/",
        "name": "English",
    },
}  # fmt: skip
PATH = "content"
OUTPUT_PATH = "public"
THEME = "theme"
TIMEZONE = "UTC"
DEFAULT_LANG = "ar"
ARTICLE_URL = "articles/{slug}/"
ARTICLE_SAVE_AS = "articles/{slug}/index.html"
ARTICLE_LANG_URL = "{lang}/articles/{slug}/"
ARTICLE_LANG_SAVE_AS = "{lang}/articles/{slug}/index.html"
DIRECT_TEMPLATES = ["index"]
TEMPLATE_PAGES = {"index_en.html": "en/index.html"}
STATIC_PATHS = []
THEME_STATIC_DIR = "css"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
DEFAULT_PAGINATION = False
# The summary is plain text here, as with the others.
FORMATTED_FIELDS = []
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
        "markdown.extensions.sane_lists": {},
    },
    "output_format": "html5",
}
# What has been read is kept for the next build: less than half the time where little has changed.
CACHE_CONTENT = LOAD_CONTENT_CACHE = True
CONTENT_CACHING_LAYER = "generator"
