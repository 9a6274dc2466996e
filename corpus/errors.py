"""The error tree of the whole program.

    RapporteurError                  a sentence for the person who reads it, saying what to do next
    ├── CorpusError                  the documents
    │   ├── FolderError              the folder of documents cannot be used
    │   └── UnreadableFile           one file cannot be read; never stops the others
    ├── EmbeddingError               the model is missing, damaged or of other dimension (retrieval.embedding)
    ├── RerankerError                the reranker is missing, is none, or fails (retrieval.reranking)
    ├── IndexUnusable                the index (retrieval.store)
    │   ├── IndexMissing             there is none yet
    │   ├── IndexMismatch            made by another model, dimension or parser version
    │   └── IndexDamaged             a generation is incomplete or its checksums differ
    ├── IndexNotWritten              a new generation could not be built; the one in use stays (retrieval.generations)
    ├── QuestionsUnreadable          a file of questions for `evaluate` (retrieval.questions)
    └── ConfigurationError           a setting cannot be used (bot.config)

Lower packages own the branches they raise; this module owns the root and the corpus. An expected outcome (nothing
found, a reference to a paragraph that does not exist) is a value, not an exception.
"""


class RapporteurError(Exception):
    """Anything that went wrong in a way the reader of the message can act on."""


class CorpusError(RapporteurError):
    """The documents cannot be read as asked."""


class FolderError(CorpusError):
    """The folder of documents does not exist, is no folder, or holds nothing that can be read."""


class UnreadableFile(CorpusError):
    """One file cannot be read; the message is the reason, without the file's name."""
