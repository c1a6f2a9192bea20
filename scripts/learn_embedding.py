"""Learn what is added to the embedder's weights: which texts are alike, and what tells sides, kinds and dangers apart.

Usage: python scripts/learn_embedding.py --data FOLDER [--minutes 60] [--threads 2]

Needs torch, which is not among the project's requirements; two cores take about two hours for what is published.
Low-rank matrices beside those of the upper six layers (E. Hu et al., LoRA, ICLR 2022) are learned from four sorts of
batches: pairs of sentences that mean the same or not; complaints and reports that share a code; reviews with their
side; labelled messages with kind, sentiment, severity and escalation. The sides of reviews of hotels and take-away food
are not learned, so that what is learned can be measured on them. Writes embedding.npz beside the other models; train
these anew afterwards.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from huixiang.engine.branding import unbranded
from huixiang.engine.encoder.running import Encoder
from huixiang.engine.encoder.weights import Weights, weights
from huixiang.engine.normalising import normalise
from huixiang.engine.training import direct
from huixiang.engine.training.matters import codes
from huixiang.engine.training.publishing import MODELS
from huixiang.engine.training.sources import marked, pairs, rows_of, samples

RANK = 16
FROM = 6  # the first layer that learns
BATCH = 48
RATE = 5e-4
WARM_UP = 60  # steps in which the rate rises
SHARES = {"pairs": 0.56, "sides": 0.15, "labels": 0.09, "codes": 0.20}  # of the batches
APART = frozenset({"酒店", "外卖"})  # categories kept for measuring
Numbers = list[list[int]]


class Added(nn.Module):
    """A matrix that stays, and two small ones beside it that learn."""

    def __init__(self, matrix: np.ndarray, bias: np.ndarray, rank: int) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.tensor(np.array(matrix)), requires_grad=False)
        self.bias = nn.Parameter(torch.tensor(np.array(bias)), requires_grad=False)
        self.rank = rank
        if rank:
            self.A = nn.Parameter(torch.randn(rank, matrix.shape[1]) / math.sqrt(matrix.shape[1]))
            self.B = nn.Parameter(torch.zeros(matrix.shape[0], rank))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Multiply."""
        found = functional.linear(given, self.matrix, self.bias)
        return found + functional.linear(functional.linear(given, self.A), self.B) if self.rank else found


def _level(known: Weights, name: str) -> nn.LayerNorm:
    level = nn.LayerNorm(known.sizes.width, eps=known.sizes.epsilon)
    level.weight.data = torch.tensor(np.array(known.vector(f"{name}.w")))
    level.bias.data = torch.tensor(np.array(known.vector(f"{name}.b")))
    return level.requires_grad_(requires_grad=False)


class Layer(nn.Module):
    """One layer of the model."""

    def __init__(self, known: Weights, number: int, rank: int) -> None:
        super().__init__()
        name, width = f"l{number}", known.sizes.width
        joined = np.concatenate([known.matrix(f"{name}.{part}.w", width) for part in "qkv"])
        bias = np.concatenate([known.vector(f"{name}.{part}.b") for part in "qkv"])
        self.heads = known.sizes.heads
        self.qkv = Added(joined, bias, rank)
        self.ao = Added(known.matrix(f"{name}.ao.w", width), known.vector(f"{name}.ao.b"), rank)
        self.fi = Added(known.matrix(f"{name}.fi.w", width), known.vector(f"{name}.fi.b"), rank)
        self.fo = Added(known.matrix(f"{name}.fo.w", known.sizes.inner), known.vector(f"{name}.fo.b"), rank)
        self.aln, self.oln = _level(known, f"{name}.aln"), _level(known, f"{name}.oln")

    def forward(self, given: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Attend, then bend."""
        number, length, width = given.shape
        parts = self.qkv(given).view(number, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(*parts, attn_mask=mask)
        middle = self.aln(given + self.ao(seen.transpose(1, 2).reshape(number, length, width)))
        return self.oln(middle + self.fo(functional.gelu(self.fi(middle))))


class Model(nn.Module):
    """The embedder with what it learns."""

    def __init__(self, known: Weights) -> None:
        super().__init__()
        self.known = known
        self.begun = _level(known, "emb.ln")
        self.layers = nn.ModuleList(
            [Layer(known, at, RANK if at >= FROM else 0) for at in range(known.sizes.layers)]
        )
        kinds = known.vector("emb.type")[: known.sizes.width]
        self.places = torch.tensor(known.vector("emb.pos").reshape(-1, known.sizes.width) + kinds)

    def forward(self, numbers: Numbers) -> torch.Tensor:
        """Return (n, width), each row of length 1."""
        lengths = torch.tensor([len(one) for one in numbers])
        longest = int(lengths.max())
        table = np.full((len(numbers), longest), self.known.words.padding)
        for row, one in enumerate(numbers):
            table[row, : len(one)] = one
        flat = torch.tensor(self.known.embeddings(table.ravel()).reshape(*table.shape, -1))
        real = torch.arange(longest) < lengths[:, None]
        mask = torch.zeros(len(numbers), 1, 1, longest).masked_fill(~real[:, None, None, :], -1e9).bfloat16()
        with torch.autocast("cpu", torch.bfloat16):
            found = self._through(flat + self.places[:longest], mask).float()
        sums = (found * real[..., None]).sum(1)
        return functional.normalize(sums, dim=1)

    def _through(self, found: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            found = self.begun(found)
            for layer in self.layers[:FROM]:
                found = layer(found, mask)
        for layer in self.layers[FROM:]:
            found = layer(found, mask)
        return found

    def learned(self) -> dict[str, np.ndarray]:
        """Return what is added, by the names the encoder knows."""
        kept = {name: values for name, values in self.named_parameters() if values.requires_grad}
        return {
            "l" + name.removeprefix("layers."): values.detach().numpy().astype(np.float16)
            for name, values in kept.items()
        }


class Teacher:
    """The data, and the loss of a batch of each sort."""

    def __init__(self, data: Path, pieces: Encoder) -> None:
        self.chance = random.Random(3)  # noqa: S311 - a draw, not a secret
        cut = lambda texts, most: [one[:most] + one[-1:] if len(one) > most else one for one in pieces.pieces(texts)]  # noqa: E731
        self.pairs = {
            name: (
                cut([unbranded(row[0]) for row in rows], 60),
                cut([unbranded(row[1]) for row in rows], 60),
                [float(row[2]) for row in rows],
            )
            for name, rows in pairs(data)
        }
        self.codes = {}
        for name, column in (("car_complaints", "problem"), ("phone_forum_defects", "tags")):
            rows = rows_of(data / f"{name}.csv")
            texts = [unbranded(normalise(row["text"]).text)[:128] for row in rows]
            self.codes[name] = (cut(texts, 110), [codes(row[column]) for row in rows])
        known = samples(data)
        reviews = [row for row in rows_of(data / "sentiment.csv") if row["cat"] not in APART]
        self.sides = (cut([row["text"][:140] for row in reviews], 72), [int(row["label"]) for row in reviews])
        rows = marked(known)
        self.labels = (cut([row.text[:140] for row in rows], 72), rows)
        self.heads = nn.ModuleDict({"side": nn.Linear(384, 2)})
        for question, answers in direct.ANSWERS.items():
            self.heads[question] = nn.Linear(384, max(len(answers), 2))
        self.scales = nn.ParameterDict({name: nn.Parameter(torch.tensor([20.0, 0.85])) for name in self.pairs})

    def _drawn(self, size: int, most: int = BATCH) -> list[int]:
        return self.chance.sample(range(size), min(size, most))

    def of_pairs(self, model: Model) -> torch.Tensor:
        """The same should be nearer than a learned distance, and than any pair of the batch that is not."""
        name = self.chance.choice(list(self.pairs))
        ones, others, same = self.pairs[name]
        places = self._drawn(len(same))
        found = model([ones[place] for place in places] + [others[place] for place in places])
        cosines = (found[: len(places)] * found[len(places) :]).sum(1)
        truth = torch.tensor([same[place] for place in places])
        scale, middle = self.scales[name]
        loss = functional.binary_cross_entropy_with_logits(scale * (cosines - middle), truth)
        gaps = 20 * (cosines[truth == 0][None, :] - cosines[truth == 1][:, None])
        return loss + 0.5 * functional.softplus(gaps).mean() if gaps.numel() else loss

    def of_codes(self, model: Model) -> torch.Tensor:
        """Texts that share a code should be nearest to each other (supervised contrast)."""
        texts, told = self.codes[self.chance.choice(list(self.codes))]
        places = self._drawn(len(texts))
        found = model([texts[place] for place in places])
        alike = found @ found.T / 0.06 - torch.eye(len(places)) * 1e4
        shared = torch.tensor([[float(a != b and bool(told[a] & told[b])) for b in places] for a in places])
        logs = alike - torch.logsumexp(alike, 1, keepdim=True)
        known = shared.sum(1) > 0
        return -((logs * shared).sum(1)[known] / shared.sum(1)[known]).mean() * 0.5

    def of_sides(self, model: Model) -> torch.Tensor:
        """Whether a review praises."""
        texts, sides = self.sides
        places = self._drawn(len(texts))
        found = self.heads["side"](model([texts[place] for place in places]) * 8)
        return functional.cross_entropy(found, torch.tensor([sides[place] for place in places]))

    def of_labels(self, model: Model) -> torch.Tensor:
        """Kind, sentiment, severity and escalation of a message."""
        texts, rows = self.labels
        places = self._drawn(len(texts))
        found = model([texts[place] for place in places]) * 8
        losses = []
        for question, answers in direct.ANSWERS.items():
            given = [getattr(rows[place], question) for place in places]
            truth = [int(one == "1") if len(answers) == 1 else answers.index(one) for one in given]
            losses.append(functional.cross_entropy(self.heads[question](found), torch.tensor(truth)))
        return torch.stack(losses).mul(torch.tensor([1.0, 0.5, 1.0, 0.5])).sum()

    def loss(self, model: Model) -> torch.Tensor:
        """Draw a sort of batch and return its loss."""
        [sort] = self.chance.choices(list(SHARES), list(SHARES.values()))
        return {"pairs": self.of_pairs, "codes": self.of_codes, "sides": self.of_sides, "labels": self.of_labels}[sort](
            model
        )


def learn(model: Model, teacher: Teacher, seconds: float) -> None:
    """Take steps until the time is up; the rate rises, then falls to nothing."""
    groups: Sequence[dict[str, Any]] = [
        {"params": [one for one in model.parameters() if one.requires_grad], "weight_decay": 0.01, "base": RATE},
        {"params": list(teacher.scales.parameters()), "weight_decay": 0.0, "base": 1e-2},
        {"params": list(teacher.heads.parameters()), "weight_decay": 1e-4, "base": 2e-3},
    ]
    steps, begun, told = torch.optim.AdamW(groups), time.monotonic(), 0.0
    number = 0
    while (gone := time.monotonic() - begun) < seconds:
        for group in steps.param_groups:
            group["lr"] = group["base"] * min(1.0, number / WARM_UP) * (1 - gone / seconds)
        steps.zero_grad()
        loss = teacher.loss(model)
        loss.backward()
        nn.utils.clip_grad_norm_(groups[0]["params"], 1.0)
        steps.step()
        number += 1
        if gone - told > 60:  # noqa: PLR2004 - once a minute
            told = gone
            print(f"{gone / 60:.0f} min, {number} steps, loss {loss.item():.3f}", flush=True)  # noqa: T201


def main() -> None:
    """Learn and write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    model = Model(weights())
    learn(model, Teacher(asked.data, Encoder(weights())), asked.minutes * 60)
    np.savez_compressed(MODELS / "embedding.npz", **model.learned())


if __name__ == "__main__":
    main()
