"""Cross-encoders made on the spot: a BERT of one layer whose weights are set by hand, so that its scores are known."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WIDTH = 8


def word_seeker(folder: Path, words: Iterable[str], *, labels: int = 1, known: int | None = None) -> Path:
    """Make a cross-encoder whose score grows with the share of these words, all in lower case, among what it reads.

    Every token attends to all alike, and what is attended to is passed on as it is: the first token becomes the mean of
    all. One direction is that of the words sought, another that of any other word.

    Args:
        folder: Where it is saved.
        words: What it seeks.
        labels: How many numbers it gives for a pair.
        known: For how many entries of its vocabulary it has a vector, if not for all: it fails at the others.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    vocabulary = [*_SPECIAL, *words]
    config = BertConfig(
        vocab_size=known or len(vocabulary), hidden_size=_WIDTH, num_hidden_layers=1, num_attention_heads=1,
        intermediate_size=_WIDTH, num_labels=labels,
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
        vectors = model.bert.embeddings.word_embeddings.weight
        for number, word in enumerate(vocabulary[: len(vectors)]):
            vectors[number, _direction(word)] = 1.0
        (layer,) = model.bert.encoder.layer
        for passed_on in (layer.attention.self.value, layer.attention.output.dense, model.bert.pooler.dense):
            passed_on.weight.copy_(torch.eye(_WIDTH))
        model.classifier.weight[:, _direction("sought")] = 1.0
    model.save_pretrained(folder)
    _tokenizer(vocabulary).save_pretrained(folder)
    return folder


def _tokenizer(vocabulary: list[str]):  # type: ignore[no-untyped-def]
    from transformers import BertTokenizerFast

    return BertTokenizerFast(vocab={word: number for number, word in enumerate(vocabulary)}, model_max_length=512)


def _direction(word: str) -> int:
    return {"[CLS]": 0, "[UNK]": 1, "[SEP]": 1}.get(word, 2)


def with_weight(folder: Path, value: float) -> Path:
    """Give the last layer of a model nothing but this value."""
    import torch
    from transformers import BertForSequenceClassification

    model = BertForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        model.classifier.weight.fill_(value)
    model.save_pretrained(folder)
    return folder
