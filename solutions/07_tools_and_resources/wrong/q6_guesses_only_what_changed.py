# Leaves out of the guesses what stays as it is.
def hide_words(tokens, special, mask, share, order, fate, others):
    may = ~np.isin(tokens, special)
    counts = np.ceil(share * may.sum(axis=1, keepdims=True))
    ranks = np.argsort(np.argsort(np.where(may, order, np.inf), axis=1), axis=1)
    chosen = ranks < counts
    read = np.where(chosen & (fate < 0.8), mask, tokens)
    read = np.where(chosen & (fate >= 0.8) & (fate < 0.9), others, read)
    return read, np.where(chosen & (fate < 0.9), tokens, -1)
