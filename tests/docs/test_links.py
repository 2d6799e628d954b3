"""Every link in the documents leads somewhere."""

import pytest

from tests.docs.documents import ROOT, anchors, documents, links


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_document_resolve(path):
    broken = []
    for link in links(path):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_document_is_reached_from_the_readme():
    waiting, reached = [ROOT / "README.md"], set()
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        found = (path.parent / link.partition("#")[0] for link in links(path) if "://" not in link)
        waiting += [target.resolve() for target in found if target.exists()]

    assert sorted(set(documents()) - reached) == []
