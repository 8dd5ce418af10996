# Scales outside training, as the paper did, and not in training.
def dropout(x, upstream, draws, rate, training):
    factor = (draws >= rate) * 1.0 if training else 1 - rate
    return x * factor, upstream * factor
