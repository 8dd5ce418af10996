# Takes the mean over the hidden units where the sum belongs.
def free_energy(v, W, a, b):
    return -v @ a - np.logaddexp(0, b + v @ W).mean(axis=1)
