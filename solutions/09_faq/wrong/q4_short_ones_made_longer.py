# Scales every gradient to the bound, short ones too.
def as_one_process(gradients, sizes, bound):
    busy = sizes > 0
    weights = sizes[busy] / sizes.sum()
    means = [np.tensordot(weights, g[busy], 1) for g in gradients]
    length = np.sqrt(sum(np.sum(mean**2) for mean in means))
    return [mean * bound / length for mean in means]
