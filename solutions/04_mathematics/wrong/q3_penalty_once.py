# Forgets that the second derivative of a square is 2.
def rates(X, penalty):
    eigenvalues = np.linalg.eigvalsh(2 / len(X) * X.T @ X) + penalty
    low, high = eigenvalues[0], eigenvalues[-1]
    return 2 / high, 2 / (low + high), (high - low) / (high + low)
