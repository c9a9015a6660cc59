"""What resembles what: the encoder, the lexical fallback, the index of a desk's texts, and the search."""
