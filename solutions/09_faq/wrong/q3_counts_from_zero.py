# Counts epochs from 0.
def early_stop(losses, patience, min_delta):
    best, kept, waited = losses[0], 1, 0
    for epoch, loss in enumerate(losses[1:], 2):
        waited += 1
        if loss < best - min_delta:
            best, kept, waited = loss, epoch, 0
        if waited == patience:
            return epoch - 1, kept - 1
    return len(losses) - 1, kept - 1
