# Drops and does not make up for it.
def dropout(x, upstream, draws, rate, training):
    factor = (draws >= rate) * 1.0 if training else 1.0
    return x * factor, upstream * factor
