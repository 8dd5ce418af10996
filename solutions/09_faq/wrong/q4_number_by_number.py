# Clips each number to the bound.
def as_one_process(gradients, sizes, bound):
    busy = sizes > 0
    weights = sizes[busy] / sizes.sum()
    means = [np.tensordot(weights, g[busy], 1) for g in gradients]
    return [np.clip(mean, -bound, bound) for mean in means]
