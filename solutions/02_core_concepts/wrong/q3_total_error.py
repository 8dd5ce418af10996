# Adds the errors up before it asks on which side they are.
def quantile_loss(y, y_hat, q):
    missing = np.mean(y - y_hat)
    return max(q * missing, (q - 1) * missing), np.full(y.size, -q if missing > 0 else 1 - q) / y.size
