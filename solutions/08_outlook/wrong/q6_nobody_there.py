# Fails when nobody is drawn: an empty array has no rows to flatten.
def private_gradient(gradients, bound, noise, multiplier, expected):
    squares = sum(np.sum(g.reshape(len(g), -1) ** 2, axis=1) for g in gradients)
    factors = bound / np.maximum(np.sqrt(squares), bound)
    sums = [np.tensordot(factors, g, 1) for g in gradients]
    return [(s + multiplier * bound * z) / expected for s, z in zip(sums, noise, strict=True)]
