# Sends the slope through as if nothing had been dropped.
def dropout(x, upstream, draws, rate, training):
    if not training:
        return x, upstream
    return x * (draws >= rate) / (1 - rate), upstream / (1 - rate)
