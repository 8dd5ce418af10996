# Keeps a share of the singular values, not of their squares.
def thin_factors(weights, share):
    left, sizes, right = np.linalg.svd(weights, full_matrices=False)
    kept = np.cumsum(sizes**2) / np.sum(sizes**2)
    rank = int(np.ceil(share * len(kept)))
    first, second = left[:, :rank] * sizes[:rank], right[:rank]
    return first, second, weights.size / (first.size + second.size)
