"""The model as an ONNX graph: twelve layers, their products in int8, what the project learned added to the weights.

Weights are rounded to int8 with one scale an output; activations are rounded as they come. Operators of the
`com.microsoft` domain are onnxruntime's own fused ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from huixiang.engine.encoder.weights import Weights

_OWN: Final = "com.microsoft"
_OPSET: Final = 18
_LARGEST: Final = 127  # of an int8

Floats = NDArray[np.float32]
Learned = Mapping[str, Floats]  # "l6.qkv.A" (rank, inputs) and "l6.qkv.B" (outputs, rank): what is added to a matrix


@dataclass(slots=True)
class Graph:
    """Nodes and constants as they are added."""

    weights: Weights
    learned: Learned
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add figures; returns their name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: list[str], *, own: bool = True, **settings: Any) -> str:
        """Add an operator; returns the name of its first output."""
        domain = _OWN if own else ""
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **settings))
        return outputs[0]

    def linear(self, name: str, source: str, matrix: Floats, bias: Floats) -> str:
        """Add a product with (outputs, inputs) in int8, with what was learned of it, and the bias."""
        if f"{name}.A" in self.learned:
            matrix = matrix + self.learned[f"{name}.B"] @ self.learned[f"{name}.A"]
        scale = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-9)) / np.float32(_LARGEST)
        whole = np.rint(matrix / scale[:, None]).astype(np.int8).T
        inputs = [
            source,
            self.constant(f"{name}.whole", whole),
            self.constant(f"{name}.scale", scale.astype(np.float32)),
            self.constant(f"{name}.zero", np.zeros(len(scale), dtype=np.int8)),
            self.constant(f"{name}.bias", bias.astype(np.float32)),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, [f"{name}.out"])

    def levelled(self, name: str, one: str, other: str) -> str:
        """Add two values and bring each row to mean 0 and spread 1, by the weights of `name`."""
        inputs = [one, other, self.constant(f"{name}.w", self.weights.vector(f"{name}.w"))]
        inputs.append(self.constant(f"{name}.b", self.weights.vector(f"{name}.b")))
        return self.node("SkipLayerNormalization", inputs, [f"{name}.out"], epsilon=self.weights.sizes.epsilon)


def _attention(graph: Graph, layer: str, source: str) -> str:
    width, weights = graph.weights.sizes.width, graph.weights
    matrix = np.concatenate([weights.matrix(f"{layer}.{part}.w", width) for part in "qkv"])
    bias = np.concatenate([weights.vector(f"{layer}.{part}.b") for part in "qkv"])
    joined = graph.linear(f"{layer}.qkv", source, matrix, bias)
    parts = [f"{layer}.{part}" for part in "qkv"]
    graph.node("Split", [joined], parts, own=False, axis=-1, num_outputs=3)
    inputs = [*parts, "", "lengths"]
    seen = graph.node("MultiHeadAttention", inputs, [f"{layer}.seen"], num_heads=weights.sizes.heads)
    return graph.linear(f"{layer}.ao", seen, weights.matrix(f"{layer}.ao.w", width), weights.vector(f"{layer}.ao.b"))


def _layer(graph: Graph, layer: str, source: str) -> str:
    weights, sizes = graph.weights, graph.weights.sizes
    middle = graph.levelled(f"{layer}.aln", source, _attention(graph, layer, source))
    wide = graph.linear(
        f"{layer}.fi", middle, weights.matrix(f"{layer}.fi.w", sizes.width), weights.vector(f"{layer}.fi.b")
    )
    bent = graph.node("Gelu", [wide], [f"{layer}.bent"])
    narrow = graph.linear(
        f"{layer}.fo", bent, weights.matrix(f"{layer}.fo.w", sizes.inner), weights.vector(f"{layer}.fo.b")
    )
    return graph.levelled(f"{layer}.oln", middle, narrow)


def model_of(weights: Weights, learned: Learned) -> bytes:
    """Return the graph: `x` (n, length, width) and `lengths` (n,) in, `y` (n, length, width) out."""
    graph = Graph(weights, learned)
    levels = [graph.constant(f"emb.ln.{part}", weights.vector(f"emb.ln.{part}")) for part in "wb"]
    last = graph.node(
        "LayerNormalization", ["x", *levels], ["begun"], own=False, epsilon=weights.sizes.epsilon, axis=-1
    )
    for number in range(weights.sizes.layers):
        last = _layer(graph, f"l{number}", last)
    graph.node("Identity", [last], ["y"], own=False)
    shape: list[str | int | None] = ["n", "length", weights.sizes.width]
    made = helper.make_graph(
        graph.nodes, "e5",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape),
         helper.make_tensor_value_info("lengths", TensorProto.INT32, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        graph.constants,
    )  # fmt: skip
    sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OWN, 1)]
    return bytes(helper.make_model(made, opset_imports=sets, ir_version=9).SerializeToString())
