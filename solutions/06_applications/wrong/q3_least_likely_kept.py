# Sorts in rising order, so that the tail stays and the head goes.
def nucleus(logits, temperature, share):
    z = logits / temperature
    probs = np.exp(z - z.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    order = np.argsort(probs, axis=1)
    rising = np.take_along_axis(probs, order, axis=1)
    kept = np.zeros_like(probs)
    np.put_along_axis(kept, order, np.where(np.cumsum(rising, axis=1) - rising < share, rising, 0), axis=1)
    return kept / kept.sum(axis=1, keepdims=True)
