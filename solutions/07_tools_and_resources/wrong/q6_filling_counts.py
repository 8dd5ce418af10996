# Never chooses special tokens, but counts them when it works out how many to choose.
def hide_words(tokens, special, mask, share, order, fate, others):
    may = ~np.isin(tokens, special)
    counts = np.ceil(np.minimum(may.sum(axis=1, keepdims=True), share * tokens.shape[1]))
    ranks = np.argsort(np.argsort(np.where(may, order, np.inf), axis=1), axis=1)
    chosen = ranks < counts
    read = np.where(chosen & (fate < 0.8), mask, tokens)
    read = np.where(chosen & (fate >= 0.8) & (fate < 0.9), others, read)
    return read, np.where(chosen, tokens, -1)
