# Keeps the lowest loss, also where it is lower by less than min_delta.
def early_stop(losses, patience, min_delta):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        waited += 1
        if loss < best - min_delta:
            best, waited = loss, 0
        if waited == patience:
            return epoch, int(np.nanargmin(losses[:epoch])) + 1
    return len(losses), int(np.nanargmin(losses)) + 1
