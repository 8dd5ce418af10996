# Forgets that what is left was divided by 1 - r.
def backward(X, W, b, mask, rate, upstream):
    Z = X @ W + b
    at_z = upstream * mask * np.exp(np.minimum(Z, 0))
    return at_z @ W.T, X.T @ at_z, at_z.sum(axis=0)
