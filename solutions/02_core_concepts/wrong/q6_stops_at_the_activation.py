# Goes on to X, W and b from A, past the activation.
def backward(X, W, b, mask, rate, upstream):
    at_a = upstream * mask / (1 - rate)
    return at_a @ W.T, X.T @ at_a, at_a.sum(axis=0)
