# Takes every hidden unit for on.
def free_energy(v, W, a, b):
    return -v @ a - (b + v @ W).sum(axis=1)
