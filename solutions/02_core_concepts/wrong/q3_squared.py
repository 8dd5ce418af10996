# Squares the errors, as the mean squared error does.
def quantile_loss(y, y_hat, q):
    missing = y - y_hat
    weight = np.where(missing > 0, q, 1 - q)
    return np.mean(weight * missing**2), -2 * weight * missing / y.size
