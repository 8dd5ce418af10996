# Drops the symbol with which the share is reached.
def nucleus(logits, temperature, share):
    z = logits / temperature
    probs = np.exp(z - z.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    order = np.argsort(-probs, axis=1)
    falling = np.take_along_axis(probs, order, axis=1)
    before = np.cumsum(falling, axis=1)
    kept = np.zeros_like(probs)
    np.put_along_axis(kept, order, np.where((before <= share) | (before == before[:, :1]), falling, 0), axis=1)
    return kept / kept.sum(axis=1, keepdims=True)
