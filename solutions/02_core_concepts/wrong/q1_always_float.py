# Starts from zeros of the standard type, so that whole numbers come back as float64.
def shift(images, moves):
    n, height, width = images.shape
    shifted = np.zeros((n, height, width))
    for old, new, (down, right) in zip(images, shifted, moves, strict=True):
        still_seen = old[max(-down, 0) : max(height - down, 0), max(-right, 0) : max(width - right, 0)]
        new[max(down, 0) : max(height + down, 0), max(right, 0) : max(width + right, 0)] = still_seen
    return shifted
