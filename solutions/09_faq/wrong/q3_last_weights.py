# Keeps the weights of the last epoch.
def early_stop(losses, patience, min_delta):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        waited += 1
        if loss < best - min_delta:
            best, waited = loss, 0
        if waited == patience:
            return epoch, epoch
    return len(losses), len(losses)
