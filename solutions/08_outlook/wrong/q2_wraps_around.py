# Does not clip, so that one past the end is at the other end.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=0), 0), np.maximum(weights.max(axis=0), 0)
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-128 - low / scale)
    whole = np.round(weights / scale) + zero
    return whole.astype(int).astype(np.int8), scale, zero.astype(int)
