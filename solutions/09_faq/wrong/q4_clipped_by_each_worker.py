# Clips each worker's gradient before they are added up.
def as_one_process(gradients, sizes, bound):
    busy = sizes > 0
    gradients = [g[busy] for g in gradients]
    lengths = np.sqrt(sum(np.sum(g**2, axis=tuple(range(1, g.ndim))) for g in gradients))
    weights = sizes[busy] / sizes.sum() * bound / np.maximum(lengths, bound)
    return [np.tensordot(weights, g, 1) for g in gradients]
