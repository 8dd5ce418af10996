# Multiplies with the temperature, so that hot becomes cold.
def nucleus(logits, temperature, share):
    z = logits * temperature
    probs = np.exp(z - z.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    order = np.argsort(-probs, axis=1)
    falling = np.take_along_axis(probs, order, axis=1)
    before = np.cumsum(falling, axis=1) - falling
    kept = np.zeros_like(probs)
    np.put_along_axis(kept, order, np.where(before < share, falling, 0), axis=1)
    return kept / kept.sum(axis=1, keepdims=True)
