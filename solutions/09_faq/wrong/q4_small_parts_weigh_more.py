# Weighs by one over the size.
def as_one_process(gradients, sizes, bound):
    busy = sizes > 0
    weights = 1 / sizes[busy] / np.sum(1 / sizes[busy])
    means = [np.tensordot(weights, g[busy], 1) for g in gradients]
    length = np.sqrt(sum(np.sum(mean**2) for mean in means))
    return [mean * bound / max(length, bound) for mean in means]
