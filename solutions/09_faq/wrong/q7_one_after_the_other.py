# Adds everything up, as if nothing were done at the same time.
def epoch_seconds(load, step, buffer):
    return load.sum() + step.sum()
