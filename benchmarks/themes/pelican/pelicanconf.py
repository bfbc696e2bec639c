"""Settings of Pelican: the pages of the other generators, and nothing else."""

import json
from pathlib import Path

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
DIRECT_TEMPLATES = ["index", "index_en", "tags", "tags_en"]
INDEX_EN_SAVE_AS = "en/index.html"
TAGS_SAVE_AS = "tags/index.html"
TAGS_EN_SAVE_AS = "en/tags/index.html"
TAG_URL = "tags/{slug}/"
TAG_SAVE_AS = "tags/{slug}/index.html"
TAG_NAMES = json.loads(Path(__file__).with_name("tags.json").read_text(encoding="utf-8"))
SLUGIFY_USE_UNICODE = True
PAGINATED_TEMPLATES = {"index": 20, "index_en": 20, "tag": 20}
PAGINATION_PATTERNS = [
    (1, "{base_name}/", "{base_name}/index.html"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
]
# Lists of translations, and the articles beside one, are what Pelican leaves to plugins.
PLUGIN_PATHS = ["plugins"]
PLUGINS = ["editions"]
STATIC_PATHS = []
THEME_STATIC_DIR = "css"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = ""
# RSS: its Atom feeds always have the whole text.
TRANSLATION_FEED_RSS = "{lang}/feed.xml"
FEED_MAX_ITEMS = 20
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
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
