"""How well texts are put together by matter: ours, BERTopic's defaults, plain average linkage, on the same embeddings.

    .venv/bin/python benchmarks/themes.py DATA        the axes are learned from four fifths, the other fifth is read
    … --as-shipped                                    with the axes of the repository, which know these rows
    … --vectors FOLDER                                embeddings kept between runs (NAME.npy)

A true pair of rows shares a defect code (cars) or a feature tag (phones; tags of devices and versions are left out), a
pair within one theme is a pair found; rows without a theme are in no pair. Purity is the share of rows with a theme
that carry the commonest code of theirs. BERTopic is compared when it is installed (pip install bertopic).
"""

import argparse
import importlib.util
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from huixiang.engine import grouping, matters
from huixiang.engine.training import matters as training

FOLDS = 5
CUTS = np.arange(0.3, 0.95, 0.05)  # distances at which average linkage may stop
Labels = np.ndarray


def embedded(name: str, texts: Sequence[str], kept: Path | None) -> np.ndarray:
    """The embeddings of a file, read from the folder when they are there."""
    file = kept / f"{name}.npy" if kept else None
    if file and file.exists():
        return np.load(file)
    from huixiang.engine import embedder

    # What the model alone says: `embed` puts the shipped axes into the points, and those know these rows.
    found = getattr(embedder, "meant", embedder.embed)(texts)
    if file:
        np.save(file, found)
    return found


class Unseen:
    """The axes of each row, learned without the fifth it belongs to; the directions are the codes themselves."""

    def __init__(self, sources: dict[str, list[tuple[str, training.Codes]]], name: str) -> None:
        rows = sources[name]
        others = [row for other, found in sources.items() if other != name for row in found]
        fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
        counted = matters.grams([matters.plain(text) for text, _codes in rows])
        every = sorted({code for _text, codes in [*rows, *others] for code in codes})
        self.found = np.zeros((len(rows), len(every)), dtype=np.float32)
        for held in range(FOLDS):
            seen = [row for row, place in zip(rows, fold, strict=True) if place != held] + others
            self.found[fold == held] = training.learned(seen, names=every).of(counted[fold == held])

    def __call__(self, _texts: Sequence[str]) -> np.ndarray:
        """Stand in for `grouping.words`."""
        return self.found


def average_linkage(vectors: np.ndarray, codes: Sequence[training.Codes]) -> Labels:
    """Average linkage of the cosines, stopped where it is best: it may look at the codes for that, ours never."""
    distances = np.clip(1 - vectors @ vectors.T, 0, None)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    return max((fcluster(tree, cut, "distance") for cut in CUTS), key=lambda labels: measured(labels, codes))


def bertopic(texts: Sequence[str], vectors: np.ndarray) -> Labels:
    """BERTopic as it comes (UMAP to 5 dimensions, HDBSCAN from 10 on), given the embeddings; -1 is its outliers."""
    from bertopic import BERTopic

    labels, _chances = BERTopic(embedding_model=None).fit_transform(list(texts), embeddings=vectors)
    return np.asarray(labels)


def measured(labels: Labels, codes: Sequence[training.Codes]) -> str:
    """Pairwise F1 with precision and recall, purity, number of themes, share of rows with one."""
    names = sorted({code for told in codes for code in told})
    member = np.array([[code in told for code in names] for told in codes], dtype=np.float32)
    upper = np.triu_indices(len(codes), 1)
    true = (member @ member.T > 0)[upper]
    found = ((labels[:, None] == labels[None, :]) & (labels[:, None] >= 0))[upper]
    hits = (true & found).sum()
    precision, recall = hits / max(found.sum(), 1), hits / max(true.sum(), 1)
    themes = Counter(labels[labels >= 0].tolist())
    pure = sum(member[labels == theme].sum(axis=0).max() for theme in themes)
    inside = max(sum(themes.values()), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return (
        f"F1 {f1:.3f}  precision {precision:.3f}  recall {recall:.3f}  purity {pure / inside:.3f}  "
        f"themes {len(themes)}  rows in one {inside / len(labels):.2f}"
    )


def main() -> None:
    """Print a line a method a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--as-shipped", action="store_true")
    parser.add_argument("--vectors", type=Path)
    options = parser.parse_args()
    methods: dict[str, Callable[[Sequence[str], np.ndarray], Labels]] = {"ours": grouping.groups}
    if importlib.util.find_spec("bertopic"):
        methods["BERTopic, defaults"] = bertopic
    else:
        print("BERTopic is not installed here and is left out.")
    sources = {name: training.rows(options.data, name, column) for name, column in training.SOURCES}
    for name, rows in sources.items():
        texts, codes = [text for text, _codes in rows], [told for _text, told in rows]
        vectors = embedded(name, texts, options.vectors)
        if not options.as_shipped:
            grouping.words = Unseen(sources, name)
        for method, labels in methods.items():
            print(f"{name:20} {method:20} {measured(np.asarray(labels(texts, vectors)), codes)}", flush=True)
        best = average_linkage(vectors, codes)
        print(f"{name:20} {'average, best cut':20} {measured(best, codes)}", flush=True)


if __name__ == "__main__":
    main()
