# Does not round the zero, so that 0 does not come back as 0.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=0), 0), np.maximum(weights.max(axis=0), 0)
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = -128 - low / scale
    whole = np.clip(np.round(weights / scale + zero), -128, 127)
    return whole.astype(np.int8), scale, zero
