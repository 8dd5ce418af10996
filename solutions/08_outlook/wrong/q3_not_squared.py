# Adds up the singular values and not their squares.
def thin_factors(weights, share):
    left, sizes, right = np.linalg.svd(weights, full_matrices=False)
    kept = np.cumsum(sizes) / np.sum(sizes)
    rank = int(np.argmax(kept >= share)) + 1
    first, second = left[:, :rank] * sizes[:rank], right[:rank]
    return first, second, weights.size / (first.size + second.size)
