"""Products of bytes are exact, whatever the processor."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper

from retrieval.byte_products import GRAPH, largest_products


def expected(vectors: NDArray[np.int8], begins: NDArray[np.int64], asked: NDArray[np.int8]) -> list[list[int]]:
    exact = vectors.astype(np.int64) @ asked.astype(np.int64).T
    ends = [*begins[1:].tolist(), len(vectors)]
    return [exact[begin:end].max(axis=0).tolist() for begin, end in zip(begins.tolist(), ends, strict=True)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 20), st.sampled_from([3, 48, 384]))
@settings(deadline=None, max_examples=60)
def test_the_largest_product_of_each_range_is_exact(seed: int, most: int, asked: int, dimension: int) -> None:
    draw = np.random.default_rng(seed)
    counts = draw.integers(1, most, size=5, endpoint=True)
    vectors = draw.integers(-128, 128, (int(counts.sum()), dimension)).astype(np.int8)
    question = draw.integers(-128, 128, (asked, dimension)).astype(np.int8)
    begins = np.cumsum(counts) - counts
    assert largest_products(vectors, begins, question).tolist() == expected(vectors, begins, question)


@pytest.mark.parametrize("value", [-128, -65, -64, 64, 65, 127])
def test_vectors_all_of_whose_parts_are_extreme_do_not_overflow(value: int) -> None:
    vectors = np.stack([np.full(384, 127, np.int8), np.full(384, -128, np.int8)])
    asked = np.full((2, 384), value, np.int8)
    begins = np.arange(2)
    assert largest_products(vectors, begins, asked).tolist() == expected(vectors, begins, asked)


def test_the_model_that_is_written_out_is_one_product_of_bytes() -> None:
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["vectors", "asked"], ["products"])],
        "products",
        [
            helper.make_tensor_value_info("vectors", TensorProto.UINT8, ["n", "k"]),
            helper.make_tensor_value_info("asked", TensorProto.INT8, ["k", "q"]),
        ],
        [helper.make_tensor_value_info("products", TensorProto.INT32, ["n", "q"])],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    assert onnx.load_from_string(GRAPH) == made
