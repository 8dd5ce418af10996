# Shortens each layer by itself.
def private_gradient(gradients, bound, noise, multiplier, expected):
    sums = []
    for g in gradients:
        squares = np.sum(g**2, axis=tuple(range(1, g.ndim)))
        sums.append(np.tensordot(bound / np.maximum(np.sqrt(squares), bound), g, 1))
    return [(s + multiplier * bound * z) / expected for s, z in zip(sums, noise, strict=True)]
