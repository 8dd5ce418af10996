# Lets the filling be looked at.
def attend(queries, keys, values, real):
    time, d = queries.shape[1:]
    allowed = np.broadcast_to(np.tril(np.ones((time, time), dtype=bool)), (len(real), time, time))
    scores = np.where(allowed, queries @ keys.swapaxes(1, 2) / np.sqrt(d), -np.inf)
    largest = scores.max(axis=2, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(largest), largest, 0))
    sums = weights.sum(axis=2, keepdims=True)
    shares = weights / np.where(sums > 0, sums, 1)
    return shares @ values, shares
