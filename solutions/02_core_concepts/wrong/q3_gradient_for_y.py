# Gives the gradient with respect to y: the sign is the other one.
def quantile_loss(y, y_hat, q):
    missing = y - y_hat
    loss = np.mean(np.maximum(q * missing, (q - 1) * missing))
    return loss, np.where(missing > 0, q, q - 1) / y.size
