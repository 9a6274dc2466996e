"""Products of vectors of bytes: what late interaction spends most of its time on.

ONNX Runtime multiplies bytes as they are, and lets go of the interpreter meanwhile. NumPy has to widen them first: for
the 5,000 tokens of the candidates of a question and 16 of its own that takes 1.2 ms instead of 0.55 on a processor
without instructions for bytes (VNNI), and 1.15 instead of 0.26 on one that has them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

GRAPH = (
    b'\x08\x08:\x8b\x01\n)\n\x07vectors\n\x05asked\x12\x08products"\rMatMulInteger\x12\x08products'
    b"Z\x1b\n\x07vectors\x12\x10\n\x0e\x08\x02\x12\n\n\x03\x12\x01n\n\x03\x12\x01k"
    b"Z\x19\n\x05asked\x12\x10\n\x0e\x08\x03\x12\n\n\x03\x12\x01k\n\x03\x12\x01q"
    b"b\x1c\n\x08products\x12\x10\n\x0e\x08\x06\x12\n\n\x03\x12\x01n\n\x03\x12\x01q"
    b"B\x04\n\x00\x10\r"
)
"""A model of one node, MatMulInteger of uint8 `(n, k)` with int8 `(k, q)`, as bytes: making it would take the package
onnx, which is only needed to export models and takes a fifth of a second to import."""
_ZERO = 128
"""What is added to a signed byte so that it is an unsigned one: the kernels for unsigned times signed are the fast."""
_SURELY_EXACT = 64
"""Up to this size of what is asked products are exact on every processor. Without VNNI two neighbours are added in 16
bits before all are in 32, and 2 * 255 * 64 still fits. Of the packaged model's token vectors none has more than 40."""


def largest_products(
    vectors: NDArray[np.int8], begins: NDArray[np.int64], asked: NDArray[np.int8]
) -> NDArray[np.int32]:
    """Return the largest inner product of each asked vector with those of each range, `(ranges, q)`, exact.

    Args:
        vectors: One range after the other, `(n, dimension)`.
        begins: Where each range begins, `(ranges,)`; none is empty.
        asked: `(q, dimension)`.
    """
    shifted = np.bitwise_xor(vectors.view(np.uint8), _ZERO)
    products = _products(shifted, np.ascontiguousarray(asked.T))
    return np.asarray(np.maximum.reduceat(products, begins, axis=0) - _ZERO * asked.sum(axis=1, dtype=np.int32))


def _products(vectors: NDArray[np.uint8], asked: NDArray[np.int8]) -> NDArray[np.int32]:
    if np.abs(asked, dtype=np.int16).max(initial=0) > _SURELY_EXACT:
        half = asked >> 1
        return _products(vectors, half) + _products(vectors, asked - half)
    found: NDArray[np.int32] = _session().run(None, {"vectors": vectors, "asked": asked})[0]
    return found


@cache
def _session() -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # questions are worked on side by side instead
    options.enable_mem_pattern = False  # no two questions have as many candidates
    return onnxruntime.InferenceSession(GRAPH, options, providers=["CPUExecutionProvider"])
