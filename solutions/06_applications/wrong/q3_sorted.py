# Returns the probabilities in falling order and forgets whose they are.
def nucleus(logits, temperature, share):
    z = logits / temperature
    probs = np.exp(z - z.max(axis=1, keepdims=True))
    falling = -np.sort(-probs / probs.sum(axis=1, keepdims=True), axis=1)
    kept = np.where(np.cumsum(falling, axis=1) - falling < share, falling, 0)
    return kept / kept.sum(axis=1, keepdims=True)
