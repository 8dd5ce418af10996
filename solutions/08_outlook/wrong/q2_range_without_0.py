# Does not widen the range to take in 0.
def to_int8(weights):
    low, high = weights.min(axis=0), weights.max(axis=0)
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-128 - low / scale)
    whole = np.clip(np.round(weights / scale) + zero, -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
