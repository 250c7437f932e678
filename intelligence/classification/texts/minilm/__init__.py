"""The free-text engine of the extra `[transformers]`: MiniLM, fine-tuned on our own generated texts, as 8-bit ONNX on onnxruntime."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from intelligence.classification.texts.minilm import labels, pieces
from intelligence.classification.types import Span

FOLDER: Final = Path(__file__).parent / "model"
MODEL: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"
META: Final = "meta.json"
NEEDED: Final = ("onnxruntime", "tokenizers")


class Engine:
    """A fine-tuned model and its tokenizer."""

    def __init__(self, folder: Path = FOLDER) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.meta: dict[str, Any] = json.loads((folder / META).read_text(encoding="utf-8"))
        self.pieces = pieces.tokenizer(folder / TOKENIZER)
        self.session = onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])

    def find(self, text: str) -> list[Span]:
        """Spans that do not overlap, in order, each with the model's own certainty."""
        found: list[Span] = []
        for window in pieces.windows(text, self.pieces):
            (logits,) = self.session.run(["logits"], {"ids": window.ids, "seen": window.features})
            found += labels.spans(window.words, logits[window.firsts], self.meta["entities"])
        return found


def why_not(folder: Path = FOLDER) -> str:
    """What is missing for this engine; the empty text where nothing is."""
    for package in NEEDED:
        if find_spec(package) is None:
            return f"{package} is not installed; `pip install .[transformers]` brings it"
    if not (folder / META).is_file():
        return "the model is not in this installation"
    expected = json.loads((folder / META).read_text(encoding="utf-8"))["sha256"]
    for name in (MODEL, TOKENIZER):
        if not (folder / name).is_file() or sha256((folder / name).read_bytes()).hexdigest() != expected[name]:
            return f"{name} is damaged: its hash differs from the one that training wrote down"
    return ""


@cache
def available() -> bool:
    """Whether this engine can judge here."""
    return not why_not()


@cache
def engine() -> Engine:
    return Engine()


def find(text: str) -> list[Span]:
    """Spans of a text."""
    return engine().find(text)


def name() -> str:
    """The model and its version."""
    return str(engine().meta["name"])
