# Divides by the chance of being dropped.
def dropout(x, upstream, draws, rate, training):
    factor = (draws >= rate) / max(rate, 1e-9) if training else 1.0
    return x * factor, upstream * factor
