# Returns the sum over the examples, not their mean.
def loss_of_epoch(batch_losses, n, batch_size):
    sizes = np.minimum(batch_size, n - np.arange(0, n, batch_size))
    return np.sum(sizes * np.asarray(batch_losses))
