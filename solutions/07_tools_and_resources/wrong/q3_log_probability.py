# Returns the logarithm of the probability, that is minus the free energy.
def free_energy(v, W, a, b):
    return v @ a + np.logaddexp(0, b + v @ W).sum(axis=1)
