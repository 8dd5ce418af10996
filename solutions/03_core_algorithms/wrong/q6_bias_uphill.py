# Moves the bias up the gradient.
def fitted(x, y, learning_rate, batch_size, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for first in range(0, len(x), batch_size):
            some, truth = x[first : first + batch_size], y[first : first + batch_size]
            p = 1 / (1 + np.exp(-(some @ w + b)))
            dw = some.T @ (p - truth) / len(some)
            db = np.mean(truth - p)
            w -= learning_rate * dw
            b -= learning_rate * db
    return w, b
