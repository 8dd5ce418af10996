# Divides the sum by the number of places, not of hits.
def retrieval_quality(vectors, labels, k):
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = units @ units.T
    np.fill_diagonal(similar, -np.inf)
    order = np.argsort(-similar, axis=1)[:, :-1]
    hits = labels[order] == labels[:, None]
    hits = hits[hits.any(axis=1)]
    shares = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    average = (shares * hits).sum(axis=1) / hits.shape[1]
    return hits[:, :k].mean(), average.mean()
