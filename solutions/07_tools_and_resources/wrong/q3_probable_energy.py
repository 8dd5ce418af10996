# Puts the hidden units' probabilities into the energy.
def free_energy(v, W, a, b):
    inputs = b + v @ W
    on = np.exp(-np.logaddexp(0, -inputs))
    return -v @ a - (on * inputs).sum(axis=1)
