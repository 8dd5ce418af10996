# Leaves the pixels' biases out.
def free_energy(v, W, a, b):
    return -np.logaddexp(0, b + v @ W).sum(axis=1)
