# Divides by the root of the width of x, not of the size of a key.
def attend_in_groups(x, w_query, w_key, w_value, w_out, window):
    shared_by = w_query.shape[1] // w_key.shape[1]
    w_key, w_value = np.repeat(w_key, shared_by, axis=1), np.repeat(w_value, shared_by, axis=1)
    queries, keys, values = (np.einsum("btd,dhk->bhtk", x, w) for w in (w_query, w_key, w_value))
    places = np.arange(x.shape[1])
    back = places[:, None] - places
    scores = queries @ keys.swapaxes(2, 3) / np.sqrt(x.shape[2])
    scores = np.where((back >= 0) & (back < window), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=3, keepdims=True))
    shares = weights / weights.sum(axis=3, keepdims=True)
    return np.einsum("bhtu,hud->btd", shares @ values, w_out), shares
