# Forgets the negative bias of the output: it fires when no hidden neuron does.
def exactly(k, n):
    return np.ones((n, 2)), np.array([0.5 - k, -0.5 - k]), np.array([1, -2]), 0.5
