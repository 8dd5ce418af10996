# Builds "exactly one", whatever k is.
def exactly(k, n):
    return np.ones((n, 2)), np.array([-0.5, -1.5]), np.array([1, -2]), -0.5
