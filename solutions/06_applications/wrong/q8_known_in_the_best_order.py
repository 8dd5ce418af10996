# Puts what the user knows into the best order, where it may not stand.
def ndcg(gains, scores, known, k):
    order, best_order = (
        np.argsort(-np.where(known, -np.inf, scores), axis=1)[:, :k],
        np.argsort(-gains, axis=1)[:, :k],
    )
    discount = 1 / np.log2(np.arange(order.shape[1]) + 2)
    ours = np.take_along_axis(np.where(known, 0, gains), order, axis=1) @ discount
    best = np.take_along_axis(gains, best_order, axis=1) @ discount
    some = np.max(np.where(known, 0, gains), axis=1) > 0
    return np.mean(ours[some] / best[some])
