# Gives a scale to each row and not to each column.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=1), 0), np.maximum(weights.max(axis=1), 0)
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-128 - low / scale)
    whole = np.clip(np.round(weights / scale[:, None]) + zero[:, None], -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
