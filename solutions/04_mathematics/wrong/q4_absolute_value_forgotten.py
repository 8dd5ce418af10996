# Applies the quotient rule as if z were always positive.
def residual_backward(X, W, b, upstream):
    delta = upstream / (1 + (X @ W + b)) ** 2
    return upstream + delta @ W.T, X.T @ delta, delta.sum(axis=0)
