# Stops just below the share.
def thin_factors(weights, share):
    left, sizes, right = np.linalg.svd(weights, full_matrices=False)
    kept = np.cumsum(sizes**2) / np.sum(sizes**2)
    rank = int(max(np.argmax(kept >= share), 1))
    first, second = left[:, :rank] * sizes[:rank], right[:rank]
    return first, second, weights.size / (first.size + second.size)
