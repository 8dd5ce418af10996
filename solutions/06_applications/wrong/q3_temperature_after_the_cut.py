# Cuts at temperature 1 and softens what is left.
def nucleus(logits, temperature, share):
    probs = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    order = np.argsort(-probs, axis=1)
    falling = np.take_along_axis(probs, order, axis=1)
    kept = np.zeros_like(probs)
    np.put_along_axis(kept, order, np.where(np.cumsum(falling, axis=1) - falling < share, falling, 0), axis=1)
    kept **= 1 / temperature
    return kept / kept.sum(axis=1, keepdims=True)
