# Scales on the way there, but not on the way back.
def dropout(x, upstream, draws, rate, training):
    kept = (draws >= rate) * 1.0 if training else np.ones_like(draws)
    return x * kept / (1 - rate if training else 1), upstream * kept
