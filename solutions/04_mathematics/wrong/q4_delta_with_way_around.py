# Adds the way around to delta, where only the slope of X has it.
def residual_backward(X, W, b, upstream):
    delta = upstream * (1 + 1 / (1 + np.abs(X @ W + b)) ** 2)
    return delta @ W.T, X.T @ delta, delta.sum(axis=0)
