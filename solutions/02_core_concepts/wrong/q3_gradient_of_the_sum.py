# Forgets in the gradient that the loss is a mean.
def quantile_loss(y, y_hat, q):
    missing = y - y_hat
    loss = np.mean(np.maximum(q * missing, (q - 1) * missing))
    return loss, np.where(missing > 0, -q, 1 - q)
