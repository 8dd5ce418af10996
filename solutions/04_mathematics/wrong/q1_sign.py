# Differentiates y minus y_hat and forgets the inner slope of -1.
def shared_weight(w, x, y):
    h = np.tanh(w * x)
    error = 2 * (y - w * h)
    return error * (h + w * (1 - h**2) * x), error * w * (1 - h**2) * w
