# Has no scale for a column of nothing but 0.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=0), 0), np.maximum(weights.max(axis=0), 0)
    scale = (high - low) / 255
    zero = np.round(-128 - low / np.where(scale > 0, scale, 1))
    whole = np.clip(np.round(weights / np.where(scale > 0, scale, 1)) + zero, -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
