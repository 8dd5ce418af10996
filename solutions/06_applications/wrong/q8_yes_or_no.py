# Takes every gain above 0 for the same.
def ndcg(gains, scores, known, k):
    gains = np.where(known, 0, gains > 0).astype(float)

    def dcg(ranked_by):
        order = np.argsort(-ranked_by, axis=1)[:, :k]
        return np.take_along_axis(gains, order, axis=1) @ (1 / np.log2(np.arange(order.shape[1]) + 2))

    ours, best = dcg(np.where(known, -np.inf, scores)), dcg(gains)
    some = best > 0
    return np.mean(ours[some] / best[some])
