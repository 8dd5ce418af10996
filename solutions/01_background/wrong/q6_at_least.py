# Fires for at least k.
def exactly(k, n):
    return np.ones((n, 2)), np.array([0.5 - k, -0.5 - k]), np.array([1, 0]), -0.5
