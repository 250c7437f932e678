"""The transformer twice: in torch for training, and as an ONNX graph for use; one dictionary of weights serves both."""

from __future__ import annotations

import math
from typing import Any, Final

LAYERS: Final = 6
HEADS: Final = 12
WIDTH: Final = 384
EPSILON: Final = 1e-12
OPSET: Final = 20

Weights = dict[str, Any]


def adopted(pretrained: Weights, features: int, classes: int, generator: Any) -> Weights:
    """Our weights from MiniLM's, whose names are BERT's; what we add starts at (nearly) zero."""
    import torch

    def of(name: str) -> Any:
        return pretrained[name].float().clone()

    def turned(array: Any) -> Any:
        return array.T.contiguous() if array.dim() == 2 else array

    found: Weights = {
        "words": of("embeddings.word_embeddings.weight"),
        "positions": of("embeddings.position_embeddings.weight") + of("embeddings.token_type_embeddings.weight")[0],
        "features": torch.zeros(features, WIDTH),
        "norm.weight": of("embeddings.LayerNorm.weight"),
        "norm.bias": of("embeddings.LayerNorm.bias"),
        "head.weight": torch.empty(WIDTH, classes).normal_(0, 0.02, generator=generator),
        "head.bias": torch.zeros(classes),
    }
    for layer in range(LAYERS):
        of_layer = f"encoder.layer.{layer}."
        for part in ("weight", "bias"):
            joined = torch.cat([of(f"{of_layer}attention.self.{name}.{part}") for name in ("query", "key", "value")])
            found[f"{layer}.qkv.{part}"] = turned(joined)
            for ours, theirs in (("out", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense")):
                found[f"{layer}.{ours}.{part}"] = turned(of(f"{of_layer}{theirs}.{part}"))
            found[f"{layer}.norm1.{part}"] = of(f"{of_layer}attention.output.LayerNorm.{part}")
            found[f"{layer}.norm2.{part}"] = of(f"{of_layer}output.LayerNorm.{part}")
    return found


def forward(weights: Weights, ids: Any, features: Any, mask: Any, dropout: float = 0.0) -> Any:
    """Figures of every class for every piece of a batch; `mask` is true where there is a piece."""
    import torch
    from torch.nn import functional

    def dropped(values: Any) -> Any:
        return functional.dropout(values, dropout) if dropout else values

    def normed(values: Any, name: str) -> Any:
        return functional.layer_norm(values, (WIDTH,), weights[f"{name}.weight"], weights[f"{name}.bias"], EPSILON)

    def linear(values: Any, name: str) -> Any:
        return values @ weights[f"{name}.weight"] + weights[f"{name}.bias"]

    batch, length = ids.shape
    hidden = functional.embedding(ids, weights["words"]) + weights["positions"][:length] + features @ weights["features"]
    hidden = dropped(normed(hidden, "norm"))
    for layer in range(LAYERS):
        joined = linear(hidden, f"{layer}.qkv").view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(*joined, attn_mask=mask[:, None, None, :], dropout_p=dropout)
        mixed = linear(mixed.transpose(1, 2).reshape(batch, length, WIDTH), f"{layer}.out")
        hidden = normed(hidden + dropped(mixed), f"{layer}.norm1")
        risen = linear(functional.gelu(linear(hidden, f"{layer}.up")), f"{layer}.down")
        hidden = normed(hidden + dropped(risen), f"{layer}.norm2")
    return linear(hidden, "head").to(torch.float32)


def graph(weights: Weights) -> Any:
    """The ONNX model for one text: `ids` [pieces] and `features` [pieces, features] in, `logits` [pieces, classes] out."""
    import numpy as np
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes: list[Any] = []
    kept = [numpy_helper.from_array(np.ascontiguousarray(array.numpy()), name) for name, array in weights.items()]
    made = 0

    def constant(name: str, values: list[float] | list[int], kind: type) -> str:
        if all(one.name != name for one in kept):
            kept.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def node(operator: str, *inputs: str, **attributes: Any) -> str:
        nonlocal made
        made += 1
        nodes.append(helper.make_node(operator, list(inputs), [f"t{made}"], **attributes))
        return f"t{made}"

    def linear(values: str, name: str) -> str:
        return node("Add", node("MatMul", values, f"{name}.weight"), f"{name}.bias")

    def normed(values: str, name: str) -> str:
        return node("LayerNormalization", values, f"{name}.weight", f"{name}.bias", epsilon=EPSILON)

    heads = constant("shape.heads", [-1, 3, HEADS, WIDTH // HEADS], np.int64)
    flat = constant("shape.flat", [-1, WIDTH], np.int64)
    scale = constant("scale", [1 / math.sqrt(WIDTH // HEADS)], np.float32)
    places = node("Slice", "positions", constant("zero", [0], np.int64), node("Shape", "ids"))
    hidden = node("Add", node("Add", node("Gather", "words", "ids"), places), node("MatMul", "seen", "features"))
    hidden = normed(hidden, "norm")
    for layer in range(LAYERS):
        joined = node("Transpose", node("Reshape", linear(hidden, f"{layer}.qkv"), heads), perm=[1, 2, 0, 3])
        query, key, value = (node("Gather", joined, constant(f"at.{at}", at, np.int64), axis=0) for at in range(3))  # type: ignore[arg-type]
        weighed = node("Softmax", node("Mul", node("MatMul", query, node("Transpose", key, perm=[0, 2, 1])), scale), axis=-1)
        mixed = node("Reshape", node("Transpose", node("MatMul", weighed, value), perm=[1, 0, 2]), flat)
        hidden = normed(node("Add", hidden, linear(mixed, f"{layer}.out")), f"{layer}.norm1")
        risen = linear(node("Gelu", linear(hidden, f"{layer}.up")), f"{layer}.down")
        hidden = normed(node("Add", hidden, risen), f"{layer}.norm2")
    nodes.append(helper.make_node("Identity", [linear(hidden, "head")], ["logits"]))
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["pieces"]),
        helper.make_tensor_value_info("seen", TensorProto.FLOAT, ["pieces", weights["features"].shape[0]]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["pieces", weights["head.bias"].shape[0]])]
    model = helper.make_model(helper.make_graph(nodes, "minilm", inputs, outputs, kept), opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    checker.check_model(model)
    return model
