# Clips each array by its own length.
def as_one_process(gradients, sizes, bound):
    busy = sizes > 0
    weights = sizes[busy] / sizes.sum()
    means = [np.tensordot(weights, g[busy], 1) for g in gradients]
    return [mean * bound / max(np.sqrt(np.sum(mean**2)), bound) for mean in means]
