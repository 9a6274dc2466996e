"""What the documents say: files read into documents, passages and citations. Knows nothing of vectors or of Discord."""
