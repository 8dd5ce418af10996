# Counts the values and not the steps between them.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=0), 0), np.maximum(weights.max(axis=0), 0)
    scale = np.where(high > low, (high - low) / 256, 1)
    zero = np.round(-128 - low / scale)
    whole = np.clip(np.round(weights / scale) + zero, -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
