# Divides the gradient of 0 by its length.
def private_gradient(gradients, bound, noise, multiplier, expected):
    squares = sum(np.sum(g**2, axis=tuple(range(1, g.ndim))) for g in gradients)
    factors = np.minimum(bound, np.sqrt(squares)) / np.sqrt(squares)
    sums = [np.tensordot(factors, g, 1) for g in gradients]
    return [(s + multiplier * bound * z) / expected for s, z in zip(sums, noise, strict=True)]
