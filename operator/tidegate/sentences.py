"""How long a sentence may be, and how a longer one is cut. Knows nothing of what any of them says."""

# What others say may be long: a sentence of theirs is cut.
SENTENCE_LENGTH = 512
# As the CRD has it.
MESSAGE_LENGTH = 4096


def shortened(sentence: str, longest: int = SENTENCE_LENGTH) -> str:
    """The sentence in so many letters: cut behind a clause, else behind a word, and never within a number.

    What others say may be one long word: then that is cut, for little would be left without it.
    """
    if len(sentence) <= longest:
        return sentence

    kept = sentence[: longest - 1]
    clause, _, _ = kept.rpartition("; ")
    word, _, _ = kept.rpartition(" ")
    if len(clause) > longest // 2:
        return f"{clause};…"

    return f"{word if len(word) > longest // 4 else kept}…"
