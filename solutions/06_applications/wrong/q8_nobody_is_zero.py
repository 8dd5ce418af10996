# Counts users for whom there is nothing to gain as 0.
def ndcg(gains, scores, known, k):
    gains = np.where(known, 0, gains)

    def dcg(ranked_by):
        order = np.argsort(-ranked_by, axis=1)[:, :k]
        return np.take_along_axis(gains, order, axis=1) @ (1 / np.log2(np.arange(order.shape[1]) + 2))

    ours, best = dcg(np.where(known, -np.inf, scores)), dcg(gains)
    return np.mean(ours / np.where(best > 0, best, 1))
