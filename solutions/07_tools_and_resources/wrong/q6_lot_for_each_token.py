# Draws each token by itself, so that the number chosen is right only on average.
def hide_words(tokens, special, mask, share, order, fate, others):
    may = ~np.isin(tokens, special)
    chosen = may & (order < share)
    read = np.where(chosen & (fate < 0.8), mask, tokens)
    read = np.where(chosen & (fate >= 0.8) & (fate < 0.9), others, read)
    return read, np.where(chosen, tokens, -1)
