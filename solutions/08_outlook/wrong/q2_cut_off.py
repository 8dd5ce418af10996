# Cuts the digits behind the point off instead of rounding.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=0), 0), np.maximum(weights.max(axis=0), 0)
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-128 - low / scale)
    whole = np.clip(np.trunc(weights / scale) + zero, -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
