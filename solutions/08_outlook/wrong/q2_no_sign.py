# Stores the numbers from 0 to 255.
def to_int8(weights):
    low, high = np.minimum(weights.min(axis=0), 0), np.maximum(weights.max(axis=0), 0)
    scale = np.where(high > low, (high - low) / 255, 1)
    zero = np.round(-low / scale)
    whole = np.clip(np.round(weights / scale) + zero, 0, 255)
    return whole.astype(np.uint8), scale, zero.astype(int)
