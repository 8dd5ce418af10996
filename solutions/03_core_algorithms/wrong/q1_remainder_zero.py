# Gives the last batch the remainder of the division, which is 0 when nothing is left over.
def loss_of_epoch(batch_losses, n, batch_size):
    sizes = np.full(len(batch_losses), batch_size)
    sizes[-1] = n % batch_size
    return np.sum(sizes * batch_losses) / n
