# Adds the noise once for each patient.
def private_gradient(gradients, bound, noise, multiplier, expected):
    squares = sum(np.sum(g**2, axis=tuple(range(1, g.ndim))) for g in gradients)
    factors = bound / np.maximum(np.sqrt(squares), bound)
    sums = [np.tensordot(factors, g, 1) for g in gradients]
    return [(s + len(gradients[0]) * multiplier * bound * z) / expected for s, z in zip(sums, noise, strict=True)]
