# Weighs predictions that are too high by q, and those that are too low by 1 - q.
def quantile_loss(y, y_hat, q):
    over = y_hat - y
    loss = np.mean(np.maximum(q * over, (q - 1) * over))
    return loss, np.where(over > 0, q, q - 1) / y.size
