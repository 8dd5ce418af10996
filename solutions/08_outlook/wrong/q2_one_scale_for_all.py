# Has one scale and one zero for the whole matrix.
def to_int8(weights):
    low, high = (
        np.minimum(np.full(weights.shape[1], weights.min()), 0),
        np.maximum(np.full(weights.shape[1], weights.max()), 0),
    )
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-128 - low / scale)
    whole = np.clip(np.round(weights / scale) + zero, -128, 127)
    return whole.astype(np.int8), scale, zero.astype(int)
