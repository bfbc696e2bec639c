"""What stands where: the order in which a reader sees the characters of a text.

A screen shows what the bidirectional algorithm made of the markup, the style sheet and the characters
together; where each character stands is the one measure that takes in all three.
"""

from playwright.sync_api import Page

# No line is broken, so that the horizontal place alone gives the order within a paragraph. Graphemes and not
# characters, because a mark has no place of its own; what is drawn nowhere (isolates, joiners) is left out.
PLACES = """(element) => {
  element.style.whiteSpace = "nowrap";
  const places = [], range = document.createRange();
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node; (node = nodes.nextNode());) {
    for (const {segment, index} of new Intl.Segmenter("ar").segment(node.data)) {
      range.setStart(node, index);
      range.setEnd(node, index + segment.length);
      const {top, bottom, left, width} = range.getBoundingClientRect();
      if (width > 0) places.push([top, bottom, left, segment]);
    }
  }
  return places;
}"""

Place = tuple[float, float, float, str]


def visual_text(page: Page, selector: str) -> str:
    """The characters of the first element that matches, each line from left to right.

    `(أحمد)` in Arabic reads `)دمحأ(` here: the characters are as stored, though their glyphs mirror.
    """
    places: list[Place] = page.locator(selector).first.evaluate(PLACES)
    lines: list[list[Place]] = []
    for place in sorted(places, key=lambda place: place[0] + place[1]):
        top, bottom = lines[-1][-1][:2] if lines else (0, 0)
        # Fonts differ in height: on one line are those whose middle the one before reaches.
        if lines and top < (place[0] + place[1]) / 2 < bottom:
            lines[-1].append(place)
        else:
            lines.append([place])
    ordered = ("".join(text for *_, text in sorted(line, key=lambda place: place[2])) for line in lines)
    return " ".join(" ".join(ordered).split())
