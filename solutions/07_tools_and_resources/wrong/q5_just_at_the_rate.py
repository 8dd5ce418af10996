# Drops also where the number equals the rate.
def dropout(x, upstream, draws, rate, training):
    factor = (draws > rate) / (1 - rate) if training else 1.0
    return x * factor, upstream * factor
