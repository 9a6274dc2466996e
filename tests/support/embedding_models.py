"""sentence-transformers models made on the spot: small transformers of random weights, some made to fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = """
    the a who when what does mandate of mission mandates end ends council decides keeper feeds quolls wombats dig on
    until report extended observers military . , ? ( )
""".split()
_LETTERS = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
VOCABULARY = (*_SPECIAL, *dict.fromkeys([*_WORDS, *_LETTERS]), *(f"##{letter}" for letter in _LETTERS))
WIDTH = 32
LONGEST = 24
"""Tokens that the models read of a text."""


def small_model(
    folder: Path, *, seed: int = 0, dimension: int | None = None, prompt: str | None = None, pooled: bool = True
) -> Path:
    """Save a BERT of two layers.

    Args:
        folder: Where it is saved.
        seed: Of its random weights.
        dimension: Of its vectors, if fewer than those of its tokens.
        prompt: What it puts before every text.
        pooled: Whether the vector of a text is made of the prompt too.
    """
    from sentence_transformers.sentence_transformer.modules import Dense

    return _saved(folder, _bert(seed), [Dense(WIDTH, dimension)] if dimension else [], prompt=prompt, pooled=pooled)


def model_with_outliers(folder: Path) -> Path:
    """Save a BERT of one layer that one direction runs through ten thousand times larger than all others, and unused.

    Bytes that reach as far as that direction leave nothing of the others.
    """
    import torch

    model = _bert(0, layers=1)
    attention = model.encoder.layer[0].attention
    with torch.no_grad():
        model.embeddings.LayerNorm.weight[0] = 1e4
        for part in (attention.self.query, attention.self.key, attention.self.value):
            part.weight[:, 0] = 0
        attention.self.value.weight *= 100
        attention.output.LayerNorm.weight[0] = 0
    return _saved(folder, model)


def fourier_model(folder: Path) -> Path:
    """Save an FNet: it mixes tokens by a Fourier transform, for which ONNX has no operation that torch knows of."""
    import torch
    from transformers import FNetConfig, FNetModel

    torch.manual_seed(0)
    return _saved(folder, FNetModel(FNetConfig(**_SIZES, num_hidden_layers=1)))


def static_model(folder: Path) -> Path:
    """Save a model that adds up a vector of each word, and is no transformer."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    words = StaticEmbedding(_tokenizer().backend_tokenizer, embedding_dim=WIDTH)
    SentenceTransformer(modules=[words], device="cpu").save(str(folder))
    return folder


_SIZES = {
    "vocab_size": len(VOCABULARY), "hidden_size": WIDTH, "intermediate_size": 4 * WIDTH, "max_position_embeddings": 64,
}  # fmt: skip


def _bert(seed: int, layers: int = 2) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(seed)
    return BertModel(BertConfig(**_SIZES, num_hidden_layers=layers, num_attention_heads=2))


def _tokenizer() -> Any:
    from transformers import BertTokenizerFast

    vocabulary = {word: number for number, word in enumerate(VOCABULARY)}
    return BertTokenizerFast(vocab=vocabulary, model_max_length=LONGEST)


def _saved(
    folder: Path, transformer: Any, more: Sequence[Any] = (), *, prompt: str | None = None, pooled: bool = True
) -> Path:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    bare = folder / "bare"
    transformer.save_pretrained(bare)
    _tokenizer().save_pretrained(bare)
    modules = [Transformer(str(bare)), Pooling(WIDTH, include_prompt=pooled), *more]
    prompts = {"prompts": {"every": prompt}, "default_prompt_name": "every"} if prompt else {}
    SentenceTransformer(modules=modules, device="cpu", **prompts).save(str(folder / "model"))
    return folder / "model"
