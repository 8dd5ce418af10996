# Shortens the sum of all and not each patient's gradient.
def private_gradient(gradients, bound, noise, multiplier, expected):
    sums = [g.sum(axis=0) for g in gradients]
    factor = bound / max(np.sqrt(sum(np.sum(s**2) for s in sums)), bound)
    return [(factor * s + multiplier * bound * z) / expected for s, z in zip(sums, noise, strict=True)]
