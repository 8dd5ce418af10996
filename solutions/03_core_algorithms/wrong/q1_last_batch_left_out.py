# Leaves the smaller last batch out.
def loss_of_epoch(batch_losses, n, batch_size):
    full = max(n // batch_size, 1)
    return np.mean(batch_losses[:full])
