# Puts the thresholds on whole numbers, where z = 0 does not fire.
def exactly(k, n):
    return np.ones((n, 2)), np.array([-k, -k - 1]), np.array([1, -1]), -0.5
