# Fills the list up with known items when too few are left, and counts their gains.
def ndcg(gains, scores, known, k):
    order = np.argsort(-np.where(known, -np.inf, scores), axis=1)[:, :k]
    unknown = np.where(known, 0, gains)
    discount = 1 / np.log2(np.arange(order.shape[1]) + 2)
    ours, best = np.take_along_axis(gains, order, axis=1) @ discount, -np.sort(-unknown, axis=1)[:, :k] @ discount
    return np.mean(ours[best > 0] / best[best > 0])
