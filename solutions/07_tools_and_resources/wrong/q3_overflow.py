# Computes the exponential of inputs in the thousands.
def free_energy(v, W, a, b):
    with np.errstate(over="ignore"):
        return -v @ a - np.log(1 + np.exp(b + v @ W)).sum(axis=1)
