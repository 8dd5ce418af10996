# Leaves the picture that asks at the top of its own ranking.
def retrieval_quality(vectors, labels, k):
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = units @ units.T
    order = np.argsort(-similar, axis=1)[:, :-1]
    hits = labels[order] == labels[:, None]
    hits = hits[hits.any(axis=1)]
    shares = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    average = (shares * hits).sum(axis=1) / hits.sum(axis=1)
    return hits[:, :k].mean(), average.mean()
