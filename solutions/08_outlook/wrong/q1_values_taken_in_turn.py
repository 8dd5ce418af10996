# Shares the keys rightly and deals the values out in turn.
def attend_in_groups(x, w_query, w_key, w_value, w_out, window):
    shared_by = w_query.shape[1] // w_key.shape[1]
    w_key, w_value = np.repeat(w_key, shared_by, axis=1), np.tile(w_value, (1, shared_by, 1))
    queries, keys, values = (np.einsum("btd,dhk->bhtk", x, w) for w in (w_query, w_key, w_value))
    places = np.arange(x.shape[1])
    back = places[:, None] - places
    scores = queries @ keys.swapaxes(2, 3) / np.sqrt(w_key.shape[2])
    scores = np.where((back >= 0) & (back < window), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=3, keepdims=True))
    shares = weights / weights.sum(axis=3, keepdims=True)
    return np.einsum("bhtu,hud->btd", shares @ values, w_out), shares
