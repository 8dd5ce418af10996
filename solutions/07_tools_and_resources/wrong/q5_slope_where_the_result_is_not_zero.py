# Takes every 0 of the result for a number that was dropped.
def dropout(x, upstream, draws, rate, training):
    if not training:
        return x, upstream
    result = x * (draws >= rate) / (1 - rate)
    return result, upstream * (result != 0) / (1 - rate)
