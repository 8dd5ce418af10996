# Descends the squared error, whose slope carries the factor p (1 - p).
def fitted(x, y, learning_rate, batch_size, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for first in range(0, len(x), batch_size):
            some, truth = x[first : first + batch_size], y[first : first + batch_size]
            p = 1 / (1 + np.exp(-(some @ w + b)))
            delta = 2 * (p - truth) * p * (1 - p)
            dw = some.T @ delta / len(some)
            db = np.mean(delta)
            w -= learning_rate * dw
            b -= learning_rate * db
    return w, b
