"""Which passages answer a question: vectors, words, their fusion, the index they live in. Knows no Discord."""
