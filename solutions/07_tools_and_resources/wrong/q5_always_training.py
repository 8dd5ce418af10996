# Drops outside training as well.
def dropout(x, upstream, draws, rate, training):
    factor = (draws >= rate) / (1 - rate)
    return x * factor, upstream * factor
