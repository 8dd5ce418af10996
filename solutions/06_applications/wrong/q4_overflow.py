# Takes the exponential of scores of any size.
def attend(queries, keys, values, real):
    time, d = queries.shape[1:]
    allowed = np.tril(np.ones((time, time), dtype=bool)) & real[:, None, :]
    weights = np.where(allowed, np.exp(queries @ keys.swapaxes(1, 2) / np.sqrt(d)), 0)
    sums = weights.sum(axis=2, keepdims=True)
    shares = weights / np.where(sums > 0, sums, 1)
    return shares @ values, shares
