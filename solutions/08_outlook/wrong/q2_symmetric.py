# Centres the range at zero, and so has steps that are too large.
def to_int8(weights):
    high = np.abs(weights).max(axis=0)
    low = -high
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-128 - low / scale)
    whole = np.clip(np.round(weights / scale) + zero, -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
