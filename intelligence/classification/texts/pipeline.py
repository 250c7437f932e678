"""The spaCy pipeline that finds personal data in texts, and how its weights are kept: half precision, without pickles."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from governance.core.errors import ConfigurationError
from intelligence.classification.texts.tokens import Tokenizer, norm

SHIPPED: Final = Path(__file__).parent / "model"
WEIGHTS: Final = "weights.npz"
META: Final = "meta.json"
WIDTH: Final = 96
ROWS: Final = {"NORM": 6_000, "PREFIX": 2_000, "SUFFIX": 3_000, "SHAPE": 300, "LEMMA": 500, "TAG": 300}
"""Rows of the hash table of each thing that is seen of a word."""


def build() -> Any:
    """An untrained pipeline."""
    import spacy

    nlp: Any = spacy.blank("xx")
    nlp.vocab.lex_attr_getters = {**nlp.vocab.lex_attr_getters, **_getters()}
    nlp.tokenizer = Tokenizer(nlp.vocab)
    nlp.add_pipe("ner", config={"model": _architecture()})
    return nlp


def _getters() -> dict[int, Any]:
    from spacy.attrs import NORM, PREFIX, SUFFIX

    return {NORM: norm, PREFIX: lambda word: word[:3].lower(), SUFFIX: lambda word: word[-3:].lower()}


def _architecture() -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": WIDTH,
                "attrs": list(ROWS),
                "rows": list(ROWS.values()),
                "include_static_vectors": False,
            },
            "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": WIDTH, "window_size": 1, "maxout_pieces": 3, "depth": 4},
        },
    }


def arrays(nlp: Any) -> dict[str, Any]:
    """All weights by the place of their layer and name."""
    found = {}
    for at, node in enumerate(nlp.get_pipe("ner").model.walk()):
        for name in node.param_names:
            if node.has_param(name):
                found[f"{at}.{name}"] = node.get_param(name)
    return found


def put(nlp: Any, weights: dict[str, Any]) -> None:
    """The inverse of `arrays`."""
    for at, node in enumerate(nlp.get_pipe("ner").model.walk()):
        for name in node.param_names:
            if f"{at}.{name}" in weights:
                node.set_param(name, weights[f"{at}.{name}"])


def save(nlp: Any, folder: Path, meta: dict[str, Any]) -> None:
    """Weights in half precision, and beside them what they are and their hash."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: array.astype(np.float16) for name, array in arrays(nlp).items()})
    (folder / WEIGHTS).write_bytes(buffer.getvalue())
    meta = {**meta, "labels": nlp.get_pipe("ner").label_data, "sha256": sha256(buffer.getvalue()).hexdigest()}
    (folder / META).write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path = SHIPPED) -> tuple[Any, dict[str, Any]]:
    """The trained pipeline and what is told about it; `ConfigurationError` where the files are not what was written."""
    import numpy as np

    meta = json.loads((folder / META).read_text(encoding="utf-8"))
    data = (folder / WEIGHTS).read_bytes()
    if sha256(data).hexdigest() != meta["sha256"]:
        raise ConfigurationError(f"The free-text model in {folder.name} is damaged: its hash differs. Install the portal again, or train it anew.")
    nlp = build()
    nlp.get_pipe("ner").initialize(lambda: [_example(nlp)], nlp=nlp, labels=meta["labels"])
    with np.load(io.BytesIO(data), allow_pickle=False) as weights:
        put(nlp, {name: weights[name].astype(np.float32) for name in weights.files})
    return nlp, meta


def _example(nlp: Any) -> Any:
    """Shapes of the layers are told by one text."""
    from spacy.training import Example

    return Example.from_dict(nlp.make_doc("Anna lives here."), {"entities": [(0, 4, "PERSON")]})
