# Takes half the critical rate, best for the steepest direction alone, for the best.
def rates(X, penalty):
    eigenvalues = np.linalg.eigvalsh(2 / len(X) * X.T @ X) + 2 * penalty
    low, high = eigenvalues[0], eigenvalues[-1]
    return 2 / high, 1 / high, 1 - low / high
