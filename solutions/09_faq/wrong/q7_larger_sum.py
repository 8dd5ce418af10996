# Takes the larger one of all loading and all training.
def epoch_seconds(load, step, buffer):
    return max(load.sum(), step.sum()) if buffer else load.sum() + step.sum()
