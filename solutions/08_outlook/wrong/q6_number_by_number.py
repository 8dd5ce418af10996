# Clips each number, which bounds the length of none.
def private_gradient(gradients, bound, noise, multiplier, expected):
    sums = [np.clip(g, -bound, bound).sum(axis=0) for g in gradients]
    return [(s + multiplier * bound * z) / expected for s, z in zip(sums, noise, strict=True)]
