"""The search index in the preview: made when somebody searches, of what the last build has.

It takes seconds where there are thousands of documents, so no build waits for it.
"""

import shutil
from pathlib import Path

from jisr.build import Seen
from jisr.processes import Shards, in_order
from jisr.steps.indices import make
from jisr.write.output import PREVIEW

BEGIN = "pagefind-entry.json"
"""What a page that begins to search asks for; the rest belongs to it."""


class Finder:
    """Makes indices, in one thread, into the folder where the preview's site stands."""

    def __init__(self, root: Path, output: Path) -> None:
        self.output = output
        self.scratch = root / PREVIEW / "search"
        self.made: dict[str, str] = {}

    def has(self, seen: Seen, path: str) -> bool:
        """Whether nothing has to be made before an address is answered."""
        bundle = next((one for one in seen.bundles if path.startswith(f"{one.folder}/")), None)
        made = bundle and self.made.get(bundle.folder)
        return not bundle or made == bundle.digest or (made is not None and not path.endswith(BEGIN))

    def make(self, seen: Seen, path: str) -> None:
        """Make the index that an address belongs to. Raises `SiteError`."""
        if self.has(seen, path):
            return
        bundle = next(one for one in seen.bundles if path.startswith(f"{one.folder}/"))
        documents = {name: (seen.documents[name], seen.rendered[name].pages) for name in bundle.documents}
        desk = seen.desk
        with Shards(1) as shards:
            shards.begin(desk.site.reading)
            shards.open(desk)
            found, _ = make(shards, desk.site, [bundle], documents, in_order(documents), self.scratch, 1)
        target = self.output / bundle.folder
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        found[bundle.folder].rename(target)
        shutil.rmtree(self.scratch)
        self.made[bundle.folder] = bundle.digest
