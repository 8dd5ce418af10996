# Gives the pixels' biases the wrong sign.
def free_energy(v, W, a, b):
    return v @ a - np.logaddexp(0, b + v @ W).sum(axis=1)
