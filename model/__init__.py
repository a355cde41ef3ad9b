"""The frozen nouns that everybody shares; standard library only."""
